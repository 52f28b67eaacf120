/** What would be decided, asked of the very evaluator that decides. */
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, list, optional, string, structure, type Values } from '../../../gateway/shape.ts'
import type { Verdict } from '../evaluate/evaluate.ts'
import type { Iam } from '../iam.ts'
import { paged } from '../paging.ts'
import { type Simulated, simulate, simulateDocuments } from '../simulate.ts'
import { arn, pageAnswer, pageInput, pageOutput, pageRequest, policyDocument } from './shapes.ts'

const actionName = string({ min: 3, max: 128 })
const resourceName = string({ min: 1, max: 2048 })
const result = structure({
  EvalActionName: actionName,
  EvalResourceName: optional(resourceName),
  EvalDecision: enumeration('allowed', 'explicitDeny', 'implicitDeny'),
  MatchedStatements: optional(
    list(
      structure({
        SourcePolicyId: optional(string()),
        SourcePolicyType: optional(
          enumeration('user', 'group', 'role', 'aws-managed', 'user-managed', 'resource', 'none'),
        ),
      }),
    ),
  ),
  PermissionsBoundaryDecisionDetail: optional(structure({ AllowedByPermissionsBoundary: optional(boolean()) })),
})
const contextEntry = structure({
  ContextKeyName: optional(string({ min: 5, max: 256 })),
  ContextKeyValues: optional(list(string())),
  ContextKeyType: optional(
    enumeration(
      'string',
      'stringList',
      'numeric',
      'numericList',
      'boolean',
      'booleanList',
      'ip',
      'ipList',
      'binary',
      'binaryList',
      'date',
      'dateList',
    ),
  ),
})

const statements = (verdict: Verdict) =>
  verdict.policies.map(policy => ({ SourcePolicyId: policy.id, SourcePolicyType: policy.origin }))

const asked = {
  ActionNames: list(actionName),
  ResourceArns: optional(list(resourceName)),
  ContextEntries: optional(list(contextEntry)),
  ...pageInput,
}
const answered = { EvaluationResults: optional(list(result)), ...pageOutput }

const questionOf = (input: Values<typeof asked>) => ({
  actions: input.ActionNames,
  resources: input.ResourceArns ?? ['*'],
  context: Object.fromEntries(
    (input.ContextEntries ?? []).map(one => [one.ContextKeyName ?? '', one.ContextKeyValues ?? []]),
  ),
})

function answer(all: readonly Simulated[], input: Values<typeof pageInput>): Values<typeof answered> {
  const page = paged(all, pageRequest(input), one => String(one.number).padStart(8, '0'))
  return {
    EvaluationResults: page.items.map(({ action, resource, verdict, bounded }) => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: verdict.decision,
      MatchedStatements: statements(verdict),
      ...(bounded && {
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: verdict.by !== 'permissions boundary' },
      }),
    })),
    ...pageAnswer(page),
  }
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
export const SimulatePrincipalPolicy = operation({
  input: { PolicySourceArn: arn, PolicyInputList: optional(list(policyDocument)), ...asked },
  output: answered,
  resource: input => input.PolicySourceArn,
  handle(iam: Iam, input, call) {
    const documents = input.PolicyInputList ?? []
    return answer(simulate(iam, call, { ...questionOf(input), source: input.PolicySourceArn, documents }), input)
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
export const SimulateCustomPolicy = operation({
  input: {
    PolicyInputList: list(policyDocument),
    PermissionsBoundaryPolicyInputList: optional(list(policyDocument)),
    ...asked,
  },
  output: answered,
  handle(iam: Iam, input, call) {
    const { PolicyInputList: documents, PermissionsBoundaryPolicyInputList: boundary = [] } = input
    return answer(simulateDocuments(iam, call, { ...questionOf(input), documents, boundary }), input)
  },
})
