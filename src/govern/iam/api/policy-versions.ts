/** The versions of a managed policy: at most five, one of them in force. */
import { operation } from '../../../gateway/operation.ts'
import { boolean, list, optional, structure, timestamp } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import type { PolicyVersion } from '../managed-policies.ts'
import { paged } from '../paging.ts'
import {
  arn,
  encodedDocument,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  policyDocument,
  versionId,
} from './shapes.ts'

const version = structure({
  Document: optional(policyDocument),
  VersionId: optional(versionId),
  IsDefaultVersion: optional(boolean()),
  CreateDate: optional(timestamp()),
})

const resource = (input: { readonly PolicyArn: string }) => input.PolicyArn
const numberOf = (id: string): number => Number.parseInt(id.slice(1), 10)
const answer = (found: PolicyVersion) => ({
  VersionId: `v${found.version}`,
  IsDefaultVersion: found.isDefault,
  CreateDate: found.createdAt,
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html */
export const CreatePolicyVersion = operation({
  input: { PolicyArn: arn, PolicyDocument: policyDocument, SetAsDefault: optional(boolean()) },
  output: { PolicyVersion: optional(version) },
  resource,
  async handle(iam: Iam, input, call) {
    const created = await iam.managed.createVersion(call, input.PolicyArn, {
      document: input.PolicyDocument,
      asDefault: input.SetAsDefault ?? false,
    })
    return { PolicyVersion: answer(created) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html */
export const GetPolicyVersion = operation({
  input: { PolicyArn: arn, VersionId: versionId },
  output: { PolicyVersion: optional(version) },
  resource,
  handle(iam: Iam, input, call) {
    const found = iam.managed.version(call, input.PolicyArn, numberOf(input.VersionId))
    return { PolicyVersion: { ...answer(found), Document: encodedDocument(found.document) } }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html */
export const ListPolicyVersions = operation({
  input: { PolicyArn: arn, ...pageInput },
  output: { Versions: optional(list(version)), ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    const all = iam.managed.versions(call, input.PolicyArn)
    // The newest come first, so the keys that order the pages fall.
    const page = paged(all, pageRequest(input), one => String(1_000_000 - one.version).padStart(7, '0'))
    return { Versions: page.items.map(answer), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html */
export const DeletePolicyVersion = operation({
  input: { PolicyArn: arn, VersionId: versionId },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.managed.deleteVersion(call, input.PolicyArn, numberOf(input.VersionId))
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html */
export const SetDefaultPolicyVersion = operation({
  input: { PolicyArn: arn, VersionId: versionId },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.managed.setDefaultVersion(call, input.PolicyArn, numberOf(input.VersionId))
    return {}
  },
})
