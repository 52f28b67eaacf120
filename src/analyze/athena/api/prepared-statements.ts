/** Prepared statements. https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePreparedStatement.html */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { checkPreparable } from '../ddl/prepared.ts'
import { noSuchPreparedStatement } from '../faults.ts'
import type { Scope } from '../needs.ts'
import type { PreparedStatement } from '../prepared-statements.ts'
import * as shape from './shapes.ts'

// AWS's pattern asks for a second character, which its own service does not.
const statementName = string({ min: 1, max: 256, pattern: '[a-zA-Z_][a-zA-Z0-9_@:]{0,255}' })
const prepared = structure({
  StatementName: optional(statementName),
  QueryStatement: optional(shape.queryText),
  WorkGroupName: optional(shape.workGroupName),
  Description: optional(shape.description),
  LastModifiedTime: optional(timestamp()),
})
const resource = (input: { readonly WorkGroup: string }, call: Scope) => shape.workGroupArn(call, input.WorkGroup)
const definition = {
  StatementName: statementName,
  WorkGroup: shape.workGroupName,
  QueryStatement: shape.queryText,
  Description: optional(shape.description),
}

export const CreatePreparedStatement = operation({
  input: definition,
  output: {},
  resource,
  async handle(athena: Athena, input, call) {
    athena.workGroups.find(call, input.WorkGroup)
    checkPreparable(input.QueryStatement)
    await athena.preparedStatements.add(call, definitionOf(input))
    return {}
  },
})

export const GetPreparedStatement = operation({
  input: { StatementName: statementName, WorkGroup: shape.workGroupName },
  output: { PreparedStatement: optional(prepared) },
  resource,
  handle(athena: Athena, { StatementName, WorkGroup }, call) {
    athena.workGroups.find(call, WorkGroup)
    return { PreparedStatement: outputOf(athena.preparedStatements.get(call, WorkGroup, StatementName)) }
  },
})

export const BatchGetPreparedStatement = operation({
  input: { PreparedStatementNames: list(statementName, { max: 256 }), WorkGroup: shape.workGroupName },
  output: {
    PreparedStatements: optional(list(prepared)),
    UnprocessedPreparedStatementNames: optional(
      list(
        structure({
          StatementName: optional(statementName),
          ErrorCode: optional(string({ min: 1, max: 256 })),
          ErrorMessage: optional(string()),
        }),
      ),
    ),
  },
  resource,
  handle(athena: Athena, { PreparedStatementNames: names, WorkGroup }, call) {
    athena.workGroups.find(call, WorkGroup)
    const found = names.map(name => athena.preparedStatements.find(call, WorkGroup, name))
    return {
      PreparedStatements: found.flatMap(statement => (statement ? [outputOf(statement)] : [])),
      UnprocessedPreparedStatementNames: names.flatMap((name, index) => {
        if (found[index]) return []
        const { message } = noSuchPreparedStatement(name, WorkGroup)
        return [{ StatementName: name, ErrorCode: 'STATEMENT_NOT_FOUND', ErrorMessage: message }]
      }),
    }
  },
})

export const ListPreparedStatements = operation({
  input: {
    WorkGroup: shape.workGroupName,
    NextToken: optional(shape.token),
    MaxResults: optional(shape.pageSize(50)),
  },
  output: {
    PreparedStatements: optional(
      list(structure({ StatementName: optional(statementName), LastModifiedTime: optional(timestamp()) }), {
        min: 0,
        max: 50,
      }),
    ),
    NextToken: optional(shape.token),
  },
  resource,
  handle(athena: Athena, { WorkGroup, NextToken, MaxResults = 50 }, call) {
    athena.workGroups.find(call, WorkGroup)
    const [after] = NextToken === undefined ? [''] : shape.readToken<[string]>(NextToken, 'string')
    const found = athena.preparedStatements.list(call, WorkGroup, after, MaxResults + 1)
    const page = found.slice(0, MaxResults)
    const last = page.at(-1)
    return {
      PreparedStatements: page.map(({ name, modifiedAt }) => ({ StatementName: name, LastModifiedTime: modifiedAt })),
      NextToken: found.length > MaxResults && last ? shape.writeToken(last.name) : undefined,
    }
  },
})

export const UpdatePreparedStatement = operation({
  input: definition,
  output: {},
  resource,
  async handle(athena: Athena, input, call) {
    athena.workGroups.find(call, input.WorkGroup)
    checkPreparable(input.QueryStatement)
    await athena.preparedStatements.update(call, definitionOf(input))
    return {}
  },
})

export const DeletePreparedStatement = operation({
  input: { StatementName: statementName, WorkGroup: shape.workGroupName },
  output: {},
  resource,
  async handle(athena: Athena, { StatementName, WorkGroup }, call) {
    athena.workGroups.find(call, WorkGroup)
    await athena.preparedStatements.remove(call, WorkGroup, StatementName)
    return {}
  },
})

const definitionOf = (input: {
  readonly StatementName: string
  readonly WorkGroup: string
  readonly QueryStatement: string
  readonly Description?: string | undefined
}) => ({
  name: input.StatementName,
  workGroup: input.WorkGroup,
  text: input.QueryStatement,
  ...(input.Description !== undefined && { description: input.Description }),
})

const outputOf = (statement: PreparedStatement) => ({
  StatementName: statement.name,
  QueryStatement: statement.text,
  WorkGroupName: statement.workGroup,
  Description: statement.description,
  LastModifiedTime: statement.modifiedAt,
})
