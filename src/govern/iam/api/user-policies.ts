/** The policies of a user: inline ones, and managed ones that are attached. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, structure } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { attachedPage } from '../listing.ts'
import {
  arn,
  encodedDocument,
  existingUserName,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  policyDocument,
  policyName,
  policyPath,
  resourceOf,
} from './shapes.ts'

const resource = resourceOf('user', 'UserName')

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html */
export const PutUserPolicy = operation({
  input: { UserName: existingUserName, PolicyName: policyName, PolicyDocument: policyDocument },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const user = iam.entities.get(call, 'user', input.UserName)
    await iam.inline.put(user, { name: input.PolicyName, document: input.PolicyDocument })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html */
export const GetUserPolicy = operation({
  input: { UserName: existingUserName, PolicyName: policyName },
  output: { UserName: existingUserName, PolicyName: policyName, PolicyDocument: policyDocument },
  resource,
  handle(iam: Iam, input, call) {
    const user = iam.entities.get(call, 'user', input.UserName)
    const { name, document } = iam.inline.get(user, input.PolicyName)
    return { UserName: user.name, PolicyName: name, PolicyDocument: encodedDocument(document) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html */
export const ListUserPolicies = operation({
  input: { UserName: existingUserName, ...pageInput },
  output: { PolicyNames: list(policyName), ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    const page = iam.inline.list(iam.entities.get(call, 'user', input.UserName), pageRequest(input))
    return { PolicyNames: page.items.map(policy => policy.name), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html */
export const DeleteUserPolicy = operation({
  input: { UserName: existingUserName, PolicyName: policyName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.inline.delete(iam.entities.get(call, 'user', input.UserName), input.PolicyName)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html */
export const AttachUserPolicy = operation({
  input: { UserName: existingUserName, PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.attachments.attach(iam.entities.get(call, 'user', input.UserName), input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html */
export const DetachUserPolicy = operation({
  input: { UserName: existingUserName, PolicyArn: arn },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.attachments.detach(iam.entities.get(call, 'user', input.UserName), input.PolicyArn)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html */
export const ListAttachedUserPolicies = operation({
  input: { UserName: existingUserName, PathPrefix: optional(policyPath), ...pageInput },
  output: {
    AttachedPolicies: optional(list(structure({ PolicyName: optional(policyName), PolicyArn: optional(arn) }))),
    ...pageOutput,
  },
  resource,
  handle(iam: Iam, input, call) {
    const user = iam.entities.get(call, 'user', input.UserName)
    const page = attachedPage(iam, user, { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return {
      AttachedPolicies: page.items.map(policy => ({ PolicyName: policy.name, PolicyArn: policy.arn })),
      ...pageAnswer(page),
    }
  },
})
