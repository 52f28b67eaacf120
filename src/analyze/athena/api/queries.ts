/** Running queries. https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html */
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  long,
  optional,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { noSuchQuery, tokenTooLong } from '../faults.ts'
import { reuseMinutesDefault, tokenBytesMax } from '../limits.ts'
import type { Query } from '../query.ts'
import { engineVersion } from '../work-groups.ts'
import { aclOf, askedOutput, encryptionOf } from './result-settings.ts'
import * as shape from './shapes.ts'

const reuseConfiguration = structure({
  ResultReuseByAgeConfiguration: optional(
    structure({ Enabled: boolean(), MaxAgeInMinutes: optional(integer({ min: 0, max: 10080 })) }),
  ),
})

const queryExecution = structure({
  QueryExecutionId: optional(shape.queryId),
  Query: optional(shape.queryText),
  StatementType: optional(enumeration('DDL', 'DML', 'UTILITY')),
  SubstatementType: optional(string()),
  ResultConfiguration: optional(shape.resultConfiguration),
  ResultReuseConfiguration: optional(reuseConfiguration),
  QueryExecutionContext: optional(shape.context),
  Status: optional(
    structure({
      State: optional(enumeration('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
      StateChangeReason: optional(string()),
      SubmissionDateTime: optional(timestamp()),
      CompletionDateTime: optional(timestamp()),
      AthenaError: optional(
        structure({
          ErrorCategory: optional(integer({ min: 1, max: 3 })),
          ErrorType: optional(integer({ min: 0, max: 9999 })),
          Retryable: optional(boolean()),
          ErrorMessage: optional(string()),
        }),
      ),
    }),
  ),
  Statistics: optional(
    structure({
      EngineExecutionTimeInMillis: optional(long()),
      DataScannedInBytes: optional(long()),
      DataManifestLocation: optional(string()),
      TotalExecutionTimeInMillis: optional(long()),
      QueryQueueTimeInMillis: optional(long()),
      ServicePreProcessingTimeInMillis: optional(long()),
      QueryPlanningTimeInMillis: optional(long()),
      ServiceProcessingTimeInMillis: optional(long()),
      ResultReuseInformation: optional(structure({ ReusedPreviousResult: boolean() })),
    }),
  ),
  WorkGroup: optional(shape.workGroupName),
  EngineVersion: optional(shape.engineVersion),
  ExecutionParameters: optional(shape.executionParameters),
})

export const StartQueryExecution = operation({
  input: {
    QueryString: shape.queryText,
    ClientRequestToken: optional(shape.idempotencyToken),
    QueryExecutionContext: optional(shape.context),
    ResultConfiguration: optional(shape.resultConfiguration),
    WorkGroup: optional(shape.workGroupName),
    ExecutionParameters: optional(shape.executionParameters),
    ResultReuseConfiguration: optional(reuseConfiguration),
  },
  output: { QueryExecutionId: optional(shape.queryId) },
  resource: (input, call) => shape.workGroupArn(call, input.WorkGroup ?? 'primary'),
  async handle(athena: Athena, input, call) {
    const token = input.ClientRequestToken
    if (token !== undefined && Buffer.byteLength(token) > tokenBytesMax) throw tokenTooLong(tokenBytesMax)
    const { Database: database, Catalog: catalog } = input.QueryExecutionContext ?? {}
    const age = input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration
    const request = {
      text: input.QueryString,
      workGroup: input.WorkGroup ?? 'primary',
      // Some tools quote it, as they do in a statement.
      ...(database !== undefined && { database: /^`(.+)`$/s.exec(database)?.[1] ?? database }),
      ...(catalog !== undefined && { catalog }),
      ...(age?.Enabled && { reuseMinutesMax: age.MaxAgeInMinutes ?? reuseMinutesDefault }),
      ...(input.ExecutionParameters && { parameters: input.ExecutionParameters }),
      ...(token !== undefined && { token }),
      ...askedOutput(input.ResultConfiguration),
    }
    return { QueryExecutionId: await athena.startQuery(call, call.principal, request) }
  },
})

export const GetQueryExecution = operation({
  input: { QueryExecutionId: shape.queryId },
  output: { QueryExecution: optional(queryExecution) },
  resource: shape.groupOfQuery,
  async handle(athena: Athena, { QueryExecutionId: id }, call) {
    athena.query(call, id)
    // AWS says at once that a query runs. Here it has often ended a moment later, and whoever asks again and again takes the
    // processor from it, or sleeps for a second before asking again.
    await athena.endedSoon(id)
    return { QueryExecution: outputOf(athena.query(call, id)) }
  },
})

export const BatchGetQueryExecution = operation({
  input: { QueryExecutionIds: list(shape.queryId, { min: 1, max: 50 }) },
  output: {
    QueryExecutions: optional(list(queryExecution)),
    UnprocessedQueryExecutionIds: optional(
      list(
        structure({
          QueryExecutionId: optional(shape.queryId),
          ErrorCode: optional(string({ min: 1, max: 256 })),
          ErrorMessage: optional(string()),
        }),
      ),
    ),
  },
  resource: ({ QueryExecutionIds: ids }, call, athena: Athena) =>
    ids.map(id => shape.groupOfQuery({ QueryExecutionId: id }, call, athena)),
  handle(athena: Athena, { QueryExecutionIds: ids }, call) {
    const found = ids.map(id => athena.find(call, id))
    return {
      QueryExecutions: found.flatMap(query => (query ? [outputOf(query)] : [])),
      UnprocessedQueryExecutionIds: ids.flatMap((id, index) =>
        found[index]
          ? []
          : [{ QueryExecutionId: id, ErrorCode: 'INVALID_INPUT', ErrorMessage: noSuchQuery(id).message }],
      ),
    }
  },
})

export const ListQueryExecutions = operation({
  input: {
    NextToken: optional(shape.token),
    MaxResults: optional(shape.pageSize(50, 0)),
    WorkGroup: optional(shape.workGroupName),
  },
  output: { QueryExecutionIds: optional(list(shape.queryId)), NextToken: optional(shape.token) },
  resource: (input, call) => shape.workGroupArn(call, input.WorkGroup ?? 'primary'),
  handle(athena: Athena, { NextToken, MaxResults, WorkGroup = 'primary' }, call) {
    const [before] =
      NextToken === undefined ? [Number.MAX_SAFE_INTEGER] : shape.readToken<[number]>(NextToken, 'number')
    const size = MaxResults || 50
    const found = athena.list(call, WorkGroup, before, size + 1)
    const page = found.slice(0, size)
    const last = page.at(-1)
    return {
      QueryExecutionIds: page.map(query => query.id),
      NextToken: found.length > size && last ? shape.writeToken(last.sequence) : undefined,
    }
  },
})

/** AWS's model calls the id an idempotency token, hence optional; without it there is nothing to stop. */
export const StopQueryExecution = operation({
  input: { QueryExecutionId: optional(shape.queryId) },
  output: {},
  resource: shape.groupOfQuery,
  async handle(athena: Athena, { QueryExecutionId: id = '' }, call) {
    await athena.stopQuery(call, id)
    return {}
  },
})

function outputOf(query: Query) {
  const { end } = query
  const statistics = end?.statistics
  return {
    QueryExecutionId: query.id,
    Query: query.text,
    StatementType: query.statementType,
    SubstatementType: query.substatementType,
    ResultConfiguration: {
      OutputLocation: `s3://${query.output.bucket}/${query.output.key}`,
      ...encryptionOf(query.encryption),
      ...aclOf(query.acl),
      ExpectedBucketOwner: query.expectedBucketOwner,
    },
    ResultReuseConfiguration: {
      ResultReuseByAgeConfiguration: {
        Enabled: query.reuseMinutesMax !== undefined,
        MaxAgeInMinutes: query.reuseMinutesMax,
      },
    },
    QueryExecutionContext: { Database: query.database, Catalog: query.catalog?.toLowerCase() },
    Status: {
      State: query.state,
      StateChangeReason: end?.reason,
      SubmissionDateTime: query.submittedAt,
      CompletionDateTime: end?.completedAt,
      AthenaError: end?.error && {
        ErrorCategory: end.error.category,
        ErrorType: end.error.type,
        Retryable: end.error.retryable,
        ErrorMessage: end.error.message,
      },
    },
    Statistics: statistics && {
      EngineExecutionTimeInMillis: whole(statistics.engineMilliseconds),
      DataScannedInBytes: statistics.scannedBytes,
      DataManifestLocation: end.manifest,
      TotalExecutionTimeInMillis: whole(statistics.totalMilliseconds),
      QueryQueueTimeInMillis: whole(statistics.queueMilliseconds),
      ServicePreProcessingTimeInMillis: whole(statistics.preProcessingMilliseconds),
      QueryPlanningTimeInMillis: whole(statistics.planningMilliseconds),
      ServiceProcessingTimeInMillis: whole(statistics.processingMilliseconds),
      ResultReuseInformation: { ReusedPreviousResult: end?.reused !== undefined },
    },
    WorkGroup: query.workGroup,
    ExecutionParameters: query.parameters,
    EngineVersion: { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: engineVersion },
  }
}

const whole = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : Math.round(milliseconds)
