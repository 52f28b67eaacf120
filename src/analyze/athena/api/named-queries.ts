/** Queries kept under a name. https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { noSuchNamedQuery } from '../faults.ts'
import type { NamedQuery } from '../named-queries.ts'
import * as shape from './shapes.ts'

const namedQuery = structure({
  Name: shape.name,
  Description: optional(shape.description),
  Database: shape.database,
  QueryString: shape.queryText,
  NamedQueryId: optional(shape.queryId),
  WorkGroup: optional(shape.workGroupName),
})

export const CreateNamedQuery = operation({
  input: {
    Name: shape.name,
    Description: optional(shape.description),
    Database: shape.database,
    QueryString: shape.queryText,
    ClientRequestToken: optional(shape.idempotencyToken),
    WorkGroup: optional(shape.workGroupName),
  },
  output: { NamedQueryId: optional(shape.queryId) },
  resource: (input, call) => shape.workGroupArn(call, input.WorkGroup ?? 'primary'),
  async handle(athena: Athena, { WorkGroup: workGroup = 'primary', ...input }, call) {
    athena.workGroups.find(call, workGroup)
    const query = {
      name: input.Name,
      ...(input.Description !== undefined && { description: input.Description }),
      database: input.Database,
      text: input.QueryString,
      workGroup,
    }
    return { NamedQueryId: await athena.namedQueries.create(call, query, input.ClientRequestToken) }
  },
})

export const GetNamedQuery = operation({
  input: { NamedQueryId: shape.queryId },
  output: { NamedQuery: optional(namedQuery) },
  resource: shape.groupOfNamedQuery,
  handle(athena: Athena, { NamedQueryId: id }, call) {
    const found = athena.namedQueries.find(call, id)
    if (!found) throw noSuchNamedQuery(id)
    return { NamedQuery: outputOf(found) }
  },
})

export const BatchGetNamedQuery = operation({
  input: { NamedQueryIds: list(shape.queryId, { min: 1, max: 50 }) },
  output: {
    NamedQueries: optional(list(namedQuery)),
    UnprocessedNamedQueryIds: optional(
      list(
        structure({
          NamedQueryId: optional(shape.queryId),
          ErrorCode: optional(string({ min: 1, max: 256 })),
          ErrorMessage: optional(string()),
        }),
      ),
    ),
  },
  resource: ({ NamedQueryIds: ids }, call, athena: Athena) =>
    ids.map(id => shape.groupOfNamedQuery({ NamedQueryId: id }, call, athena)),
  handle(athena: Athena, { NamedQueryIds: ids }, call) {
    const found = ids.map(id => athena.namedQueries.find(call, id))
    return {
      NamedQueries: found.flatMap(query => (query ? [outputOf(query)] : [])),
      UnprocessedNamedQueryIds: ids.flatMap((id, index) =>
        found[index]
          ? []
          : [{ NamedQueryId: id, ErrorCode: 'INVALID_INPUT', ErrorMessage: noSuchNamedQuery(id).message }],
      ),
    }
  },
})

export const ListNamedQueries = operation({
  input: {
    NextToken: optional(shape.token),
    MaxResults: optional(shape.pageSize(50, 0)),
    WorkGroup: optional(shape.workGroupName),
  },
  output: { NamedQueryIds: optional(list(shape.queryId, { min: 1, max: 50 })), NextToken: optional(shape.token) },
  resource: (input, call) => shape.workGroupArn(call, input.WorkGroup ?? 'primary'),
  handle(athena: Athena, { NextToken, MaxResults, WorkGroup = 'primary' }, call) {
    athena.workGroups.find(call, WorkGroup)
    const [after] = NextToken === undefined ? [''] : shape.readToken<[string]>(NextToken, 'string')
    const size = MaxResults || 50
    const found = athena.namedQueries.list(call, WorkGroup, after, size + 1)
    const last = found[size - 1]
    return {
      NamedQueryIds: found.slice(0, size),
      NextToken: found.length > size && last !== undefined ? shape.writeToken(last) : undefined,
    }
  },
})

export const UpdateNamedQuery = operation({
  input: {
    NamedQueryId: shape.queryId,
    Name: shape.name,
    Description: optional(string({ min: 0, max: 1024 })),
    QueryString: shape.queryText,
  },
  output: {},
  resource: shape.groupOfNamedQuery,
  async handle(athena: Athena, { NamedQueryId: id, Name: name, Description, QueryString: text }, call) {
    const described = Description === undefined ? {} : { description: Description }
    await athena.namedQueries.update(call, id, { name, text, ...described })
    return {}
  },
})

/** AWS's model calls the id an idempotency token, hence optional; without it there is nothing to delete. */
export const DeleteNamedQuery = operation({
  input: { NamedQueryId: optional(shape.queryId) },
  output: {},
  resource: shape.groupOfNamedQuery,
  async handle(athena: Athena, { NamedQueryId: id = '' }, call) {
    await athena.namedQueries.delete(call, id)
    return {}
  },
})

const outputOf = (query: NamedQuery) => ({
  Name: query.name,
  Description: query.description,
  Database: query.database,
  QueryString: query.text,
  NamedQueryId: query.id,
  WorkGroup: query.workGroup,
})
