/** Databases of the Data Catalog. */
import { same } from '../changes.ts'
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { glueRetag, glueTags, nextToken, noEntity } from './glue.ts'
import { mark, type Tags } from './tags.ts'

export type DatabaseState = {
  readonly description: string
  readonly parameters: { readonly [name: string]: string }
  readonly tags: Tags
}

interface Database {
  readonly Name: string
  readonly Description?: string
  readonly Parameters?: { readonly [name: string]: string }
}

export const database = kind<DatabaseState>({
  name: 'database',
  keepsData: true,
  summary: ({ description }) => description,
  async read(aws, Name) {
    const found = await present<{ Database: Database }>(aws.invoke('glue', 'GetDatabase', { Name }), noEntity)
    if (!found) return undefined
    const { Description = '', Parameters = {} } = found.Database
    return { description: Description, parameters: Parameters, tags: await glueTags(aws, `database/${Name}`) }
  },
  async create({ invoke }, Name, { description, parameters, tags }) {
    const DatabaseInput = { Name, Description: description, Parameters: parameters }
    await invoke('glue', 'CreateDatabase', { DatabaseInput, Tags: tags })
  },
  async change(aws, Name, wanted, found) {
    const { description: Description, parameters: Parameters } = wanted
    if (!same({ ...wanted, tags: {} }, { ...found, tags: {} }))
      await aws.invoke('glue', 'UpdateDatabase', { Name, DatabaseInput: { Name, Description, Parameters } })
    await glueRetag(aws, `database/${Name}`, wanted.tags, found.tags)
  },
  async remove({ invoke }, Name) {
    await present(invoke('glue', 'DeleteDatabase', { Name }), noEntity)
  },
  owned,
  lakeOf: (_, { parameters }) => parameters[mark],
  /** The lake's own tables are parts themselves, and a crawler's are found again by crawling. */
  async holds({ invoke, lake }, DatabaseName) {
    const tables = await listed(
      pages<{ TableList?: readonly Database[]; NextToken?: string }>(
        more => invoke('glue', 'GetTables', { DatabaseName, ...more }),
        nextToken,
      ),
      page => page.TableList,
    )
    const others = tables
      .filter(({ Parameters }) => Parameters?.[mark] !== lake && Parameters?.UPDATED_BY_CRAWLER === undefined)
      .map(({ Name }) => Name)
    return others.length === 0 ? undefined : `tables that the definition does not have (${others.join(', ')})`
  },
})

/** The names of the databases that carry the lake's mark. */
export async function owned({ invoke, lake }: Aws): Promise<readonly string[]> {
  const found = await listed(
    pages<{ DatabaseList: readonly Database[]; NextToken?: string }>(
      more => invoke('glue', 'GetDatabases', more),
      nextToken,
    ),
    page => page.DatabaseList,
  )
  return found.filter(({ Parameters }) => Parameters?.[mark] === lake).map(({ Name }) => Name)
}
