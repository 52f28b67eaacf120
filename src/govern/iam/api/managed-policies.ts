/** Managed policies: making, reading, listing, deleting, tagging, and who has them. */
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { holdersPage } from '../listing.ts'
import type { ManagedPolicy } from '../managed-policies.ts'
import { paged } from '../paging.ts'
import {
  arn,
  groupName,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  path,
  policyDocument,
  policyName,
  policyPath,
  roleName,
  tagKeys,
  tagList,
  tagsAnswer,
  tagsOf,
  userName,
  versionId,
  without,
} from './shapes.ts'

const id = string({ min: 16, max: 128, pattern: '[\\w]+' })
const policy = structure({
  PolicyName: optional(policyName),
  PolicyId: optional(id),
  Arn: optional(arn),
  Path: optional(policyPath),
  DefaultVersionId: optional(versionId),
  AttachmentCount: optional(integer()),
  PermissionsBoundaryUsageCount: optional(integer()),
  IsAttachable: optional(boolean()),
  Description: optional(string({ max: 1000 })),
  CreateDate: optional(timestamp()),
  UpdateDate: optional(timestamp()),
  Tags: optional(tagList),
})
const usage = enumeration('PermissionsPolicy', 'PermissionsBoundary')

const resource = (input: { readonly PolicyArn: string }) => input.PolicyArn

function policyAnswer(iam: Iam, call: Call, found: ManagedPolicy) {
  const { attached, bounding } = iam.attachments.count(call, found.arn)
  return {
    PolicyName: found.name,
    PolicyId: found.id,
    Arn: found.arn,
    Path: found.path,
    DefaultVersionId: `v${found.defaultVersion}`,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: bounding,
    IsAttachable: true,
    CreateDate: found.createdAt,
    UpdateDate: found.updatedAt,
  }
}
/** Lists leave them out. */
const description = (found: ManagedPolicy) =>
  found.description === undefined ? {} : { Description: found.description }

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export const CreatePolicy = operation({
  input: {
    PolicyName: policyName,
    Path: optional(policyPath),
    PolicyDocument: policyDocument,
    Description: optional(string({ max: 1000 })),
    Tags: optional(tagList),
  },
  output: { Policy: optional(policy) },
  resource: (input, call) => `arn:aws:iam::${call.account}:policy${input.Path ?? '/'}${input.PolicyName}`,
  async handle(iam: Iam, input, call) {
    const created = await iam.managed.create(call, {
      name: input.PolicyName,
      path: input.Path,
      document: input.PolicyDocument,
      description: input.Description,
      tags: tagsOf(input.Tags),
    })
    const tags = input.Tags && { Tags: tagsAnswer(created.tags) }
    return { Policy: { ...policyAnswer(iam, call, created), ...description(created), ...tags } }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html */
export const GetPolicy = operation({
  input: { PolicyArn: arn },
  output: { Policy: optional(policy) },
  resource,
  handle(iam: Iam, input, call) {
    const found = iam.managed.get(call, input.PolicyArn)
    return { Policy: { ...policyAnswer(iam, call, found), ...description(found), Tags: tagsAnswer(found.tags) } }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html */
export const ListPolicies = operation({
  input: {
    Scope: optional(enumeration('All', 'AWS', 'Local')),
    OnlyAttached: optional(boolean()),
    PathPrefix: optional(policyPath),
    PolicyUsageFilter: optional(usage),
    ...pageInput,
  },
  output: { Policies: optional(list(policy)), ...pageOutput },
  resource: (input, call) => `arn:aws:iam::${call.account}:policy${input.PathPrefix ?? '/'}`,
  handle(iam: Iam, input, call) {
    const all = iam.managed
      .list(call, input.Scope ?? 'All')
      .filter(one => one.path.startsWith(input.PathPrefix ?? '/'))
      .filter(one => {
        const { attached, bounding } = iam.attachments.count(call, one.arn)
        if (input.PolicyUsageFilter === 'PermissionsBoundary') return bounding > 0
        return !input.OnlyAttached || attached > 0 || (input.PolicyUsageFilter === undefined && bounding > 0)
      })
    const page = paged(all, pageRequest(input), one => one.arn)
    return { Policies: page.items.map(one => policyAnswer(iam, call, one)), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html */
export const DeletePolicy = operation({
  input: { PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.managed.delete(call, input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html */
export const TagPolicy = operation({
  input: { PolicyArn: arn, Tags: tagList },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.managed.retag(call, input.PolicyArn, tags => ({ ...tags, ...tagsOf(input.Tags) }))
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html */
export const UntagPolicy = operation({
  input: { PolicyArn: arn, TagKeys: tagKeys },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.managed.retag(call, input.PolicyArn, without(input.TagKeys))
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html */
export const ListPolicyTags = operation({
  input: { PolicyArn: arn, ...pageInput },
  output: { Tags: tagList, ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    const { tags } = iam.managed.get(call, input.PolicyArn)
    const page = paged(tagsAnswer(tags), pageRequest(input), tag => tag.Key)
    return { Tags: page.items, ...pageAnswer(page) }
  },
})

const filters = { User: 'user', Role: 'role', Group: 'group' } as const

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html */
export const ListEntitiesForPolicy = operation({
  input: {
    PolicyArn: arn,
    EntityFilter: optional(enumeration('User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy')),
    PathPrefix: optional(path),
    PolicyUsageFilter: optional(usage),
    ...pageInput,
  },
  output: {
    PolicyGroups: optional(list(structure({ GroupName: optional(groupName), GroupId: optional(id) }))),
    PolicyUsers: optional(list(structure({ UserName: optional(userName), UserId: optional(id) }))),
    PolicyRoles: optional(list(structure({ RoleName: optional(roleName), RoleId: optional(id) }))),
    ...pageOutput,
  },
  resource,
  handle(iam: Iam, input, call) {
    const filter = input.EntityFilter
    const page = holdersPage(iam, call, input.PolicyArn, {
      ...pageRequest(input),
      kind: filter === 'User' || filter === 'Role' || filter === 'Group' ? filters[filter] : undefined,
      usage: input.PolicyUsageFilter,
      pathPrefix: input.PathPrefix,
    })
    const of = (kind: string) => page.items.filter(one => one.kind === kind)
    return {
      PolicyGroups: of('group').map(one => ({ GroupName: one.name, GroupId: one.id })),
      PolicyUsers: of('user').map(one => ({ UserName: one.name, UserId: one.id })),
      PolicyRoles: of('role').map(one => ({ RoleName: one.name, RoleId: one.id })),
      ...pageAnswer(page),
    }
  },
})
