/** Athena workgroups. */
import { same } from '../changes.ts'
import { type Aws, codeOf, listed, pages } from '../invoke.ts'
import { kind } from '../kind.ts'
import { nextToken } from './glue.ts'
import { type AwsTags, awsTags, mark, retag, type Tags, tagsFrom } from './tags.ts'

export type WorkgroupState = {
  readonly results: string
  readonly scanBytesMax: number | null
  readonly enforced: boolean
  readonly enabled: boolean
  readonly description: string
  readonly tags: Tags
}

interface WorkGroup {
  readonly State?: string
  readonly Description?: string
  readonly Configuration?: {
    readonly ResultConfiguration?: { readonly OutputLocation?: string }
    readonly EnforceWorkGroupConfiguration?: boolean
    readonly BytesScannedCutoffPerQuery?: number
  }
}

const arnOf = ({ account, region }: Aws, name: string) => `arn:aws:athena:${region}:${account}:workgroup/${name}`

const find = async ({ invoke }: Aws, WorkGroup: string): Promise<WorkGroup | undefined> => {
  try {
    return ((await invoke('athena', 'GetWorkGroup', { WorkGroup })) as { WorkGroup: WorkGroup }).WorkGroup
  } catch (error) {
    // Athena has no code of its own for what is not there.
    if (codeOf(error) === 'InvalidRequestException' && / is not found/.test(String(error))) return undefined
    throw error
  }
}

export const workgroup = kind<WorkgroupState>({
  name: 'workgroup',
  keepsData: true,
  summary: ({ results, scanBytesMax }) =>
    `results to ${results}${scanBytesMax === null ? '' : `, at most ${scanBytesMax} bytes a query`}`,
  async read(aws, name) {
    const found = await find(aws, name)
    if (!found) return undefined
    const { Configuration: set = {}, Description = '', State } = found
    return {
      results: set.ResultConfiguration?.OutputLocation ?? '',
      scanBytesMax: set.BytesScannedCutoffPerQuery ?? null,
      enforced: set.EnforceWorkGroupConfiguration ?? false,
      enabled: State !== 'DISABLED',
      description: Description,
      tags: await tagsOf(aws, name),
    }
  },
  async create({ invoke }, Name, { results, scanBytesMax, enforced, description, tags }) {
    const Configuration = {
      ResultConfiguration: { OutputLocation: results },
      EnforceWorkGroupConfiguration: enforced,
      ...(scanBytesMax !== null && { BytesScannedCutoffPerQuery: scanBytesMax }),
    }
    await invoke('athena', 'CreateWorkGroup', { Name, Description: description, Configuration, Tags: awsTags(tags) })
  },
  async change(aws, name, wanted, found) {
    const { invoke } = aws
    if (!same({ ...wanted, tags: {} }, { ...found, tags: {} }))
      await invoke('athena', 'UpdateWorkGroup', {
        WorkGroup: name,
        Description: wanted.description,
        State: wanted.enabled ? 'ENABLED' : 'DISABLED',
        ConfigurationUpdates: {
          ResultConfigurationUpdates: { OutputLocation: wanted.results },
          EnforceWorkGroupConfiguration: wanted.enforced,
          ...(wanted.scanBytesMax === null
            ? { RemoveBytesScannedCutoffPerQuery: true }
            : { BytesScannedCutoffPerQuery: wanted.scanBytesMax }),
        },
      })
    const ResourceARN = arnOf(aws, name)
    await retag(wanted.tags, found.tags, {
      set: tags => invoke('athena', 'TagResource', { ResourceARN, Tags: awsTags(tags) }),
      take: TagKeys => invoke('athena', 'UntagResource', { ResourceARN, TagKeys }),
    })
  },
  async remove(aws, WorkGroup) {
    if (!(await find(aws, WorkGroup))) return
    await aws.invoke('athena', 'DeleteWorkGroup', { WorkGroup, RecursiveDeleteOption: true })
  },
  async owned(aws) {
    const names = await listed(
      pages<{ WorkGroups?: readonly { Name?: string }[]; NextToken?: string }>(
        more => aws.invoke('athena', 'ListWorkGroups', more),
        nextToken,
      ),
      page => page.WorkGroups?.map(({ Name = '' }) => Name),
    )
    const own: string[] = []
    for (const name of names) if ((await tagsOf(aws, name))[mark] === aws.lake) own.push(name)
    return own
  },
  lakeOf: (_, { tags }) => tags[mark],
  async holds({ invoke }, WorkGroup) {
    const page = (await invoke('athena', 'ListNamedQueries', { WorkGroup, MaxResults: 1 })) as {
      NamedQueryIds?: readonly string[]
    }
    return (page.NamedQueryIds?.length ?? 0) > 0 ? 'saved queries' : undefined
  },
})

async function tagsOf(aws: Aws, name: string): Promise<Tags> {
  const input = { ResourceARN: arnOf(aws, name) }
  return tagsFrom(((await aws.invoke('athena', 'ListTagsForResource', input)) as { Tags?: AwsTags }).Tags)
}
