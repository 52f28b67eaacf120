/** IAM roles with one policy of their own: whoever acts may do what stands in it, and nothing that somebody added by hand. */
import { same } from '../changes.ts'
import { type Aws, listed, pages, present } from '../invoke.ts'
import { type Json, kind } from '../kind.ts'
import { type AwsTags, awsTags, retag, type Tags, tagsFrom } from './tags.ts'

export type StatementState = {
  readonly actions: readonly string[]
  readonly on: readonly string[]
  readonly when?: { readonly [operator: string]: { readonly [key: string]: string } }
}

export type RoleState = {
  readonly path: string
  /** The service that may act in it: `glue.amazonaws.com`; AWS's JSON where it is anybody else. */
  readonly trusts: Json
  readonly may: readonly (StatementState | { readonly other: Json })[]
  /** Policies besides the one of the definition: none. */
  readonly otherPolicies: readonly string[]
  readonly tags: Tags
}

const policyName = 'biwa'
export const rolePath = (lake: string): string => `/biwa/${lake}/`

export const role = kind<RoleState>({
  name: 'role',
  summary: ({ trusts, may }) =>
    `for ${String(trusts).replace('.amazonaws.com', '')}, ${may.length} statement${may.length === 1 ? '' : 's'}`,
  async read(aws, RoleName) {
    const { invoke } = aws
    const found = await present<{ Role: Role }>(invoke('iam', 'GetRole', { RoleName }), 'NoSuchEntity')
    if (!found) return undefined
    const [inline, attached, tags, document] = await Promise.all([
      inlineOf(aws, RoleName),
      attachedTo(aws, RoleName),
      tagsOf(aws, RoleName),
      present<{ PolicyDocument: string }>(
        invoke('iam', 'GetRolePolicy', { RoleName, PolicyName: policyName }),
        'NoSuchEntity',
      ),
    ])
    return {
      path: found.Role.Path,
      trusts: trustedIn(decoded(found.Role.AssumeRolePolicyDocument)),
      may: document ? statementsIn(decoded(document.PolicyDocument)) : [],
      otherPolicies: [...inline.filter(name => name !== policyName), ...attached],
      tags,
    }
  },
  async create({ invoke }, RoleName, { path, trusts, tags }) {
    const AssumeRolePolicyDocument = JSON.stringify(trustOf(trusts))
    await invoke('iam', 'CreateRole', { RoleName, Path: path, AssumeRolePolicyDocument, Tags: awsTags(tags) })
  },
  async change(aws, RoleName, wanted, found) {
    const { invoke } = aws
    if (!same(wanted.trusts, found.trusts)) {
      const PolicyDocument = JSON.stringify(trustOf(wanted.trusts))
      await invoke('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument })
    }
    if (!same(wanted.may, found.may)) {
      const PolicyDocument = JSON.stringify(policyOf(wanted.may as readonly StatementState[]))
      const input = { RoleName, PolicyName: policyName }
      if (wanted.may.length === 0) await present(invoke('iam', 'DeleteRolePolicy', input), 'NoSuchEntity')
      else await invoke('iam', 'PutRolePolicy', { ...input, PolicyDocument })
    }
    await withoutPolicies(aws, RoleName, found.otherPolicies)
    await retag(wanted.tags, found.tags, {
      set: tags => invoke('iam', 'TagRole', { RoleName, Tags: awsTags(tags) }),
      take: TagKeys => invoke('iam', 'UntagRole', { RoleName, TagKeys }),
    })
  },
  async remove(aws, RoleName) {
    const inline = await present<readonly string[]>(inlineOf(aws, RoleName), 'NoSuchEntity')
    if (inline === undefined) return
    await withoutPolicies(aws, RoleName, [...inline, ...(await attachedTo(aws, RoleName))])
    await present(aws.invoke('iam', 'DeleteRole', { RoleName }), 'NoSuchEntity')
  },
  owned: ({ invoke, lake }) =>
    listed(
      pages<Page & { Roles: readonly { RoleName: string }[] }>(
        more => invoke('iam', 'ListRoles', { PathPrefix: rolePath(lake), ...more }),
        behind,
      ),
      page => page.Roles.map(({ RoleName }) => RoleName),
    ),
  lakeOf: (_, { path }) => /^\/biwa\/([^/]+)\/$/.exec(path)?.[1],
})

interface Role {
  readonly Path: string
  readonly AssumeRolePolicyDocument: string
}
interface Page {
  readonly IsTruncated?: boolean
  readonly Marker?: string
}
const behind = ({ IsTruncated, Marker }: Page) => (IsTruncated === true ? { Marker } : undefined)

const tagsOf = async ({ invoke }: Aws, RoleName: string): Promise<Tags> =>
  tagsFrom(
    await listed(
      pages<Page & { Tags: AwsTags }>(more => invoke('iam', 'ListRoleTags', { RoleName, ...more }), behind),
      page => page.Tags,
    ),
  )

const inlineOf = ({ invoke }: Aws, RoleName: string) =>
  listed(
    pages<Page & { PolicyNames: readonly string[] }>(
      more => invoke('iam', 'ListRolePolicies', { RoleName, ...more }),
      behind,
    ),
    page => page.PolicyNames,
  )

/** By their ARNs. */
const attachedTo = ({ invoke }: Aws, RoleName: string) =>
  listed(
    pages<Page & { AttachedPolicies?: readonly { PolicyArn: string }[] }>(
      more => invoke('iam', 'ListAttachedRolePolicies', { RoleName, ...more }),
      behind,
    ),
    page => page.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn),
  )

async function withoutPolicies({ invoke }: Aws, RoleName: string, policies: readonly string[]): Promise<void> {
  for (const policy of policies) {
    const asked = policy.startsWith('arn:')
      ? invoke('iam', 'DetachRolePolicy', { RoleName, PolicyArn: policy })
      : invoke('iam', 'DeleteRolePolicy', { RoleName, PolicyName: policy })
    await present(asked, 'NoSuchEntity')
  }
}

/** IAM gives documents with the escapes of a URL. */
const decoded = (text: string): Json => JSON.parse(decodeURIComponent(text))

const version = '2012-10-17'
const trustOf = (trusts: Json): Json =>
  typeof trusts === 'string'
    ? {
        Version: version,
        Statement: [{ Effect: 'Allow', Principal: { Service: trusts }, Action: 'sts:AssumeRole' }],
      }
    : trusts

function trustedIn(document: Json): Json {
  const { Statement } = document as { Statement?: readonly { Principal?: { Service?: Json } }[] }
  const service = Statement?.[0]?.Principal?.Service
  return typeof service === 'string' && same(trustOf(service), document) ? service : document
}

export const policyOf = (may: readonly StatementState[]) => ({
  Version: version,
  Statement: may.map(({ actions, on, when }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: on,
    ...(when && { Condition: when }),
  })),
})

function statementsIn(document: Json): RoleState['may'] {
  const { Statement = [] } = document as { Statement?: Json }
  const given = Array.isArray(Statement) ? (Statement as readonly Json[]) : [Statement]
  return given.map(one => {
    const { Action, Resource, Condition } = one as Record<string, Json>
    const said = {
      actions: Action,
      on: Resource,
      ...(Condition !== undefined && { when: Condition }),
    } as unknown as StatementState
    return same(policyOf([said]).Statement[0], one) ? said : { other: one }
  })
}
