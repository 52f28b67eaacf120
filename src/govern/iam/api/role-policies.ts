/** The policies of a role: inline ones, and managed ones that are attached. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, structure } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { attachedPage } from '../listing.ts'
import {
  arn,
  encodedDocument,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  policyDocument,
  policyName,
  policyPath,
  resourceOf,
  roleName,
} from './shapes.ts'

const resource = resourceOf('role', 'RoleName')

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
export const PutRolePolicy = operation({
  input: { RoleName: roleName, PolicyName: policyName, PolicyDocument: policyDocument },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const role = iam.entities.get(call, 'role', input.RoleName)
    await iam.inline.put(role, { name: input.PolicyName, document: input.PolicyDocument })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export const GetRolePolicy = operation({
  input: { RoleName: roleName, PolicyName: policyName },
  output: { RoleName: roleName, PolicyName: policyName, PolicyDocument: policyDocument },
  resource,
  handle(iam: Iam, input, call) {
    const role = iam.entities.get(call, 'role', input.RoleName)
    const { name, document } = iam.inline.get(role, input.PolicyName)
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodedDocument(document) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html */
export const ListRolePolicies = operation({
  input: { RoleName: roleName, ...pageInput },
  output: { PolicyNames: list(policyName), ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    const page = iam.inline.list(iam.entities.get(call, 'role', input.RoleName), pageRequest(input))
    return { PolicyNames: page.items.map(policy => policy.name), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html */
export const DeleteRolePolicy = operation({
  input: { RoleName: roleName, PolicyName: policyName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.inline.delete(iam.entities.get(call, 'role', input.RoleName), input.PolicyName)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
export const AttachRolePolicy = operation({
  input: { RoleName: roleName, PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.attachments.attach(iam.entities.get(call, 'role', input.RoleName), input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html */
export const DetachRolePolicy = operation({
  input: { RoleName: roleName, PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.attachments.detach(iam.entities.get(call, 'role', input.RoleName), input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html */
export const ListAttachedRolePolicies = operation({
  input: { RoleName: roleName, PathPrefix: optional(policyPath), ...pageInput },
  output: {
    AttachedPolicies: optional(list(structure({ PolicyName: optional(policyName), PolicyArn: optional(arn) }))),
    ...pageOutput,
  },
  resource,
  handle(iam: Iam, input, call) {
    const role = iam.entities.get(call, 'role', input.RoleName)
    const page = attachedPage(iam, role, { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return {
      AttachedPolicies: page.items.map(policy => ({ PolicyName: policy.name, PolicyArn: policy.arn })),
      ...pageAnswer(page),
    }
  },
})
