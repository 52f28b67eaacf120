/** Who may invoke a function, in its resource policy. IAM asks it when authentication is enforced. */
import { operation } from '../../../gateway/operation.ts'
import { optional, query, string, uri } from '../../../gateway/shape.ts'
import type { Functions } from '../functions.ts'
import * as shape from './shapes.ts'

/** https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
export const AddPermission = operation({
  http: { route: 'POST /2015-03-31/functions/{FunctionName}/policy', status: 201 },
  input: {
    FunctionName: shape.inPath,
    StatementId: string({ min: 1, max: 100, pattern: '([a-zA-Z0-9-_]+)' }),
    Action: string({ pattern: '(lambda:[*]|lambda:[a-zA-Z]+|[*])' }),
    Principal: string({ pattern: '[^\\s]+' }),
    SourceArn: optional(
      string({ pattern: 'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)' }),
    ),
    SourceAccount: optional(string({ min: 0, max: 12, pattern: '\\d{12}' })),
    Qualifier: shape.qualifier,
    RevisionId: shape.revisionId,
  },
  output: { Statement: optional(string()) },
  resource: shape.resource,
  async handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    functions.version(id)
    const permission = {
      ...{ statementId: input.StatementId, action: input.Action, principal: input.Principal },
      ...(input.SourceArn !== undefined && { sourceArn: input.SourceArn }),
      ...(input.SourceAccount !== undefined && { sourceAccount: input.SourceAccount }),
    }
    return { Statement: await functions.permissions.add(id, permission, input.RevisionId) }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html */
export const RemovePermission = operation({
  http: { route: 'DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}', status: 204 },
  input: {
    FunctionName: shape.inPath,
    StatementId: uri('StatementId', string({ min: 1, max: 100, pattern: '([a-zA-Z0-9-_.]+)' })),
    Qualifier: shape.qualifier,
    RevisionId: optional(query('RevisionId', string())),
  },
  output: {},
  resource: shape.resource,
  async handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    functions.version(id)
    await functions.permissions.remove(id, input.StatementId, input.RevisionId)
    return {}
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html */
export const GetPolicy = operation({
  http: { route: 'GET /2015-03-31/functions/{FunctionName}/policy' },
  input: { FunctionName: shape.inPath, Qualifier: shape.qualifier },
  output: { Policy: optional(string()), RevisionId: optional(string()) },
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    functions.version(id)
    const { document, revision } = functions.permissions.get(id)
    return { Policy: document, RevisionId: revision }
  },
})
