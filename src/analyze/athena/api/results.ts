/** Reading results. https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, long, optional, string, structure } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { InvalidRequestException, malformedPageToken, tooManyRows } from '../faults.ts'
import { resultRowsAskedMax, resultRowsMax } from '../limits.ts'
import * as shape from './shapes.ts'

const columnInfo = structure({
  CatalogName: optional(string()),
  SchemaName: optional(string()),
  TableName: optional(string()),
  Name: string(),
  Label: optional(string()),
  Type: string(),
  Precision: optional(integer()),
  Scale: optional(integer()),
  Nullable: optional(enumeration('NOT_NULL', 'NULLABLE', 'UNKNOWN')),
  CaseSensitive: optional(boolean()),
})
const row = structure({ Data: optional(list(structure({ VarCharValue: optional(string()) }))) })

/** What AWS answers without an UpdateCount besides DDL; with the rest it says 0. */
const uncounted: ReadonlySet<string> = new Set(['EXPLAIN', 'DESCRIBE_TABLE', 'DESCRIBE_DATABASE', 'SHOW_CREATE_TABLE'])

export const GetQueryResults = operation({
  input: {
    QueryExecutionId: shape.queryId,
    NextToken: optional(shape.token),
    MaxResults: optional(shape.pageSize(resultRowsAskedMax)),
    QueryResultType: optional(enumeration('DATA_MANIFEST', 'DATA_ROWS')),
  },
  output: {
    UpdateCount: optional(long()),
    ResultSet: optional(
      structure({
        Rows: optional(list(row)),
        ResultSetMetadata: optional(structure({ ColumnInfo: optional(list(columnInfo)) })),
      }),
    ),
    NextToken: optional(shape.token),
  },
  // Whoever reads a result through Athena reads its object.
  access: (input, call, athena: Athena) => {
    const { bucket, key } = athena.find(call, input.QueryExecutionId)?.output ?? {}
    return [
      { action: 'athena:GetQueryResults', resource: shape.groupOfQuery(input, call, athena) },
      ...(bucket === undefined ? [] : [{ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }]),
    ]
  },
  async handle(athena: Athena, { QueryExecutionId: id, NextToken, MaxResults = resultRowsMax, QueryResultType }, call) {
    if (QueryResultType === 'DATA_MANIFEST')
      throw new InvalidRequestException('Biwa writes no manifests: leave QueryResultType out, or set it to DATA_ROWS.')
    const { substatementType, statementType } = athena.query(call, id)
    const isCounted = statementType !== 'DDL' && !uncounted.has(substatementType)
    if (MaxResults > resultRowsMax) throw tooManyRows(resultRowsMax)
    const place = NextToken === undefined ? undefined : (bytes: number) => placeIn(NextToken, id, bytes)
    const page = await athena.results(call, id, place, MaxResults)
    return {
      UpdateCount: page.updateCount ?? (isCounted ? 0 : undefined),
      ResultSet: {
        // NULL is a datum without a value.
        Rows: page.rows.map(values => ({
          Data: values.map(value => (value === null ? {} : { VarCharValue: value })),
        })),
        ResultSetMetadata: {
          ColumnInfo: page.columns.map(column => ({
            CatalogName: column.catalog,
            SchemaName: '',
            TableName: '',
            Name: column.name,
            Label: column.name,
            Type: column.type,
            Precision: column.precision,
            Scale: column.scale,
            Nullable: 'UNKNOWN' as const,
            CaseSensitive: column.caseSensitive,
          })),
        },
      },
      NextToken: page.next === undefined ? undefined : shape.writeToken(id, page.next),
    }
  },
})

function placeIn(token: string, id: string, bytes: number): number {
  const [of, from = 0] = shape.positionIn<[string, number]>(token, 'string', 'number') ?? []
  if (of !== id || from > bytes) throw malformedPageToken(token)
  return from
}

export const GetQueryRuntimeStatistics = operation({
  input: { QueryExecutionId: shape.queryId },
  output: {
    QueryRuntimeStatistics: optional(
      structure({
        Timeline: optional(
          structure({
            QueryQueueTimeInMillis: optional(long()),
            ServicePreProcessingTimeInMillis: optional(long()),
            QueryPlanningTimeInMillis: optional(long()),
            EngineExecutionTimeInMillis: optional(long()),
            ServiceProcessingTimeInMillis: optional(long()),
            TotalExecutionTimeInMillis: optional(long()),
          }),
        ),
        Rows: optional(
          structure({ InputBytes: optional(long()), OutputBytes: optional(long()), OutputRows: optional(long()) }),
        ),
      }),
    ),
  },
  resource: shape.groupOfQuery,
  handle(athena: Athena, { QueryExecutionId: id }, call) {
    const statistics = athena.query(call, id).end?.statistics
    if (!statistics) return { QueryRuntimeStatistics: {} }
    const whole = (value: number | undefined) => (value === undefined ? undefined : Math.round(value))
    return {
      QueryRuntimeStatistics: {
        Timeline: {
          QueryQueueTimeInMillis: whole(statistics.queueMilliseconds),
          ServicePreProcessingTimeInMillis: whole(statistics.preProcessingMilliseconds),
          QueryPlanningTimeInMillis: whole(statistics.planningMilliseconds),
          EngineExecutionTimeInMillis: whole(statistics.engineMilliseconds),
          ServiceProcessingTimeInMillis: whole(statistics.processingMilliseconds),
          TotalExecutionTimeInMillis: whole(statistics.totalMilliseconds),
        },
        Rows: {
          InputBytes: statistics.scannedBytes,
          OutputBytes: statistics.outputBytes,
          OutputRows: statistics.outputRows,
        },
      },
    }
  },
})
