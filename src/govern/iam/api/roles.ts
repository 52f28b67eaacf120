/** Roles: making, reading, changing what they are and who may assume them, deleting, tagging, bounding. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { checkTrust } from '../trust.ts'
import { boundaryOn } from './holder-boundary.ts'
import { tagsOn } from './holder-tags.ts'
import {
  arn,
  madeRoleAnswer,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  path,
  pathPrefix,
  policyDocument,
  resourceOf,
  role,
  roleAnswer,
  roleDescription,
  roleListAnswer,
  roleName,
  sessionDuration,
  tagList,
  tagsOf,
} from './shapes.ts'

const resource = resourceOf('role', 'RoleName')

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const CreateRole = operation({
  input: {
    Path: optional(path),
    RoleName: roleName,
    AssumeRolePolicyDocument: policyDocument,
    Description: optional(roleDescription),
    MaxSessionDuration: optional(sessionDuration),
    PermissionsBoundary: optional(arn),
    Tags: optional(tagList),
  },
  output: { Role: role },
  resource,
  async handle(iam: Iam, input, call) {
    checkTrust(iam, input.AssumeRolePolicyDocument)
    if (input.PermissionsBoundary !== undefined) iam.managed.get(call, input.PermissionsBoundary)
    const created = await iam.entities.create(call, 'role', {
      name: input.RoleName,
      path: input.Path,
      trust: input.AssumeRolePolicyDocument,
      description: input.Description,
      sessionSecondsMax: input.MaxSessionDuration ?? 3600,
      boundary: input.PermissionsBoundary,
      tags: tagsOf(input.Tags),
    })
    return { Role: madeRoleAnswer(created) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export const GetRole = operation({
  input: { RoleName: roleName },
  output: { Role: role },
  resource,
  handle(iam: Iam, input, call) {
    return { Role: roleAnswer(iam.entities.get(call, 'role', input.RoleName)) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
export const ListRoles = operation({
  input: { PathPrefix: optional(pathPrefix), ...pageInput },
  output: { Roles: list(role), ...pageOutput },
  resource: (input, call) => `arn:aws:iam::${call.account}:role${input.PathPrefix ?? '/'}`,
  handle(iam: Iam, input, call) {
    const page = iam.entities.list(call, 'role', { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return { Roles: page.items.map(roleListAnswer), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html */
export const UpdateRole = operation({
  input: {
    RoleName: roleName,
    Description: optional(roleDescription),
    MaxSessionDuration: optional(sessionDuration),
  },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.entities.update(call, 'role', input.RoleName, {
      description: input.Description,
      sessionSecondsMax: input.MaxSessionDuration,
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html */
export const UpdateRoleDescription = operation({
  input: { RoleName: roleName, Description: roleDescription },
  output: { Role: optional(role) },
  resource,
  async handle(iam: Iam, input, call) {
    const changed = await iam.entities.update(call, 'role', input.RoleName, { description: input.Description })
    return { Role: madeRoleAnswer(changed) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html */
export const UpdateAssumeRolePolicy = operation({
  input: { RoleName: roleName, PolicyDocument: policyDocument },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    checkTrust(iam, input.PolicyDocument)
    await iam.entities.update(call, 'role', input.RoleName, { trust: input.PolicyDocument })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
export const DeleteRole = operation({
  input: { RoleName: roleName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.entities.delete(call, 'role', input.RoleName)
    return {}
  },
})

const holding = { kind: 'role', member: 'RoleName', name: roleName } as const
const boundary = boundaryOn(holding)
const tags = tagsOn(holding)

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html */
export const PutRolePermissionsBoundary = boundary.put

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html */
export const DeleteRolePermissionsBoundary = boundary.delete

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html */
export const TagRole = tags.tag

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html */
export const UntagRole = tags.untag

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html */
export const ListRoleTags = tags.list
