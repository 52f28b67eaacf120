/** The policies of a group: inline ones, and managed ones that are attached. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, structure } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { attachedPage } from '../listing.ts'
import {
  arn,
  encodedDocument,
  groupName,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  policyDocument,
  policyName,
  policyPath,
  resourceOf,
} from './shapes.ts'

const resource = resourceOf('group', 'GroupName')

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html */
export const PutGroupPolicy = operation({
  input: { GroupName: groupName, PolicyName: policyName, PolicyDocument: policyDocument },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const group = iam.entities.get(call, 'group', input.GroupName)
    await iam.inline.put(group, { name: input.PolicyName, document: input.PolicyDocument })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html */
export const GetGroupPolicy = operation({
  input: { GroupName: groupName, PolicyName: policyName },
  output: { GroupName: groupName, PolicyName: policyName, PolicyDocument: policyDocument },
  resource,
  handle(iam: Iam, input, call) {
    const group = iam.entities.get(call, 'group', input.GroupName)
    const { name, document } = iam.inline.get(group, input.PolicyName)
    return { GroupName: group.name, PolicyName: name, PolicyDocument: encodedDocument(document) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html */
export const ListGroupPolicies = operation({
  input: { GroupName: groupName, ...pageInput },
  output: { PolicyNames: list(policyName), ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    const page = iam.inline.list(iam.entities.get(call, 'group', input.GroupName), pageRequest(input))
    return { PolicyNames: page.items.map(policy => policy.name), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html */
export const DeleteGroupPolicy = operation({
  input: { GroupName: groupName, PolicyName: policyName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.inline.delete(iam.entities.get(call, 'group', input.GroupName), input.PolicyName)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html */
export const AttachGroupPolicy = operation({
  input: { GroupName: groupName, PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.attachments.attach(iam.entities.get(call, 'group', input.GroupName), input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html */
export const DetachGroupPolicy = operation({
  input: { GroupName: groupName, PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.attachments.detach(iam.entities.get(call, 'group', input.GroupName), input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html */
export const ListAttachedGroupPolicies = operation({
  input: { GroupName: groupName, PathPrefix: optional(policyPath), ...pageInput },
  output: {
    AttachedPolicies: optional(list(structure({ PolicyName: optional(policyName), PolicyArn: optional(arn) }))),
    ...pageOutput,
  },
  resource,
  handle(iam: Iam, input, call) {
    const group = iam.entities.get(call, 'group', input.GroupName)
    const page = attachedPage(iam, group, { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return {
      AttachedPolicies: page.items.map(policy => ({ PolicyName: policy.name, PolicyArn: policy.arn })),
      ...pageAnswer(page),
    }
  },
})
