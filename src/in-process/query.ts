/**
 * `lake.query`: a statement through Athena's own operations, so that it stands in the history and keeps to its work group's
 * rules, waited for without a clock, its rows as JavaScript's values. A transcript tells that it began and how it ended; its rows
 * are read when an engine is done, among queries side by side in another order each time, and that is not told.
 */
import assert from 'node:assert/strict'
import { priceOf } from '../analyze/athena/price.ts'
import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'
import type { Built } from './built.ts'
import { type Cell, constantOf, type Parameter, readerOf } from './cells.ts'
import type { Aws, Output } from './door.ts'
import { untoldCall } from './transcript.ts'

export interface QueryOptions {
  /** Where tables without a database are looked for; `default`, if left out. */
  readonly database?: string
  /** For the statement's question marks, in their order. */
  readonly parameters?: readonly Parameter[]
  /** `primary`, if left out. */
  readonly workGroup?: string
  /**
   * `s3://bucket/folder/`. If left out, where the work group says; where it says nothing, in the bucket
   * `aws-athena-query-results-<account>-<region>`, which is AWS's name for it and is made when it is first needed.
   */
  readonly outputLocation?: string
}

export interface QueryColumn {
  readonly name: string
  /** As Athena's GetQueryResults names it: `varchar`, `bigint`, `timestamp`. */
  readonly type: string
}

export interface QueryFigures {
  readonly columns: readonly QueryColumn[]
  readonly queryExecutionId: string
  /** Where the result is kept: `s3://bucket/…/<id>.csv`. */
  readonly outputLocation: string
  /** Bytes that were really read. */
  readonly scannedBytes: number
  /** US dollars that Amazon Athena would charge: $5 a TB, at least 10 MB; nothing for DDL and for a result that was reused. */
  readonly cost: number
  /** Real time, on this machine. */
  readonly milliseconds: {
    readonly queue: number
    readonly planning: number
    readonly engine: number
    readonly total: number
  }
  /** Whether an earlier result stood for this one's. */
  readonly isReused: boolean
  /** Rows that INSERT or CREATE TABLE AS SELECT wrote. */
  readonly updateCount: number
}

export interface QueryResult<Row> extends QueryFigures {
  readonly rows: readonly Row[]
}

/** A statement that Athena took and that did not succeed. */
export class QueryFailed extends Error {
  override readonly name = 'QueryFailed'
  readonly queryExecutionId: string
  readonly state: 'FAILED' | 'CANCELLED'

  constructor(reason: string, queryExecutionId: string, state: 'FAILED' | 'CANCELLED') {
    super(reason)
    this.queryExecutionId = queryExecutionId
    this.state = state
  }
}

export type Rows = Readonly<Record<string, Cell>>

export interface Asking {
  readonly aws: Aws
  readonly account: string
  readonly region: string
  readonly enter: () => Promise<Pick<Built, 'parts'>>
}

export async function query<Row>(asking: Asking, sql: string, options: QueryOptions): Promise<QueryResult<Row>> {
  const execution = await run(asking, sql, options)
  const rows: Row[] = []
  let columns: readonly QueryColumn[] = []
  let updateCount = 0
  for await (const page of pages<Row>(asking.aws, execution)) {
    columns = page.columns
    updateCount = page.updateCount
    rows.push(...page.rows)
  }
  return { rows, columns, updateCount, ...figuresOf(execution) }
}

/** The rows as they are read, a thousand at a time in memory. */
export async function* queryRows<Row>(asking: Asking, sql: string, options: QueryOptions): AsyncGenerator<Row, void> {
  for await (const { rows } of pages<Row>(asking.aws, await run(asking, sql, options))) yield* rows
}

type Execution = NonNullable<Output<'athena', 'GetQueryExecution'>['QueryExecution']>

async function run(asking: Asking, sql: string, options: QueryOptions): Promise<Execution> {
  refuseUnknown('query', options, ['database', 'parameters', 'workGroup', 'outputLocation'])
  if (typeof sql !== 'string') throw new LakeMistake(`query takes a statement's text, not ${shown(sql)}.`)
  const { athena } = asking.aws
  const { database, parameters = [], workGroup } = options
  if (!Array.isArray(parameters))
    throw new LakeMistake(`parameters must be a list, one for each ? of the statement, not ${shown(parameters)}.`)
  const { parts } = await asking.enter()
  const outputLocation = options.outputLocation ?? (await usualLocation(asking, parts, workGroup ?? 'primary'))
  const { QueryExecutionId } = await athena.StartQueryExecution({
    QueryString: sql,
    ...(database !== undefined && { QueryExecutionContext: { Database: database } }),
    ...(workGroup !== undefined && { WorkGroup: workGroup }),
    ...(parameters.length > 0 && { ExecutionParameters: parameters.map(constantOf) }),
    ...(outputLocation !== undefined && { ResultConfiguration: { OutputLocation: outputLocation } }),
  })
  assert(QueryExecutionId !== undefined, 'a query that was taken has an id')
  await parts.athena.ended(QueryExecutionId)
  const { QueryExecution } = await untoldCall(() => athena.GetQueryExecution({ QueryExecutionId }))
  assert(QueryExecution !== undefined, 'a query that was taken is in the history')
  const { State, StateChangeReason = '' } = QueryExecution.Status ?? {}
  if (State === 'FAILED' || State === 'CANCELLED') throw new QueryFailed(StateChangeReason, QueryExecutionId, State)
  if (State !== 'SUCCEEDED') throw new LakeMistake('The lake was closed while the query ran.')
  return QueryExecution
}

/** Undefined where the work group decides. */
async function usualLocation(
  { aws, account, region }: Asking,
  { athena, s3 }: Built['parts'],
  workGroup: string,
): Promise<string | undefined> {
  const { outputLocation, enforced } = athena.workGroups.find({ account, region }, workGroup).configuration
  if (outputLocation !== undefined || enforced) return undefined
  const bucket = `aws-athena-query-results-${account}-${region}`
  if (!s3.bucketExists(bucket)) {
    const elsewhere = region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint: region } }
    // Two queries at once may both find it missing.
    await aws.s3.CreateBucket({ Bucket: bucket, ...elsewhere }).catch((error: Error) => {
      if (error.name !== 'BucketAlreadyOwnedByYou') throw error
    })
  }
  return `s3://${bucket}/`
}

interface Page<Row> {
  readonly columns: readonly QueryColumn[]
  readonly rows: readonly Row[]
  readonly updateCount: number
}

async function* pages<Row>(aws: Aws, execution: Execution): AsyncGenerator<Page<Row>> {
  const { QueryExecutionId, ResultConfiguration, SubstatementType } = execution
  assert(QueryExecutionId !== undefined, 'a query in the history has an id')
  // A table's first row is its header, a plan's too; what other statements answer is lines.
  let skip = ResultConfiguration?.OutputLocation?.endsWith('.csv') || SubstatementType === 'EXPLAIN' ? 1 : 0
  let token: string | undefined
  do {
    const next = token !== undefined && { NextToken: token }
    const page = await untoldCall(() => aws.athena.GetQueryResults({ QueryExecutionId, ...next }))
    const { Rows: lines = [], ResultSetMetadata } = page.ResultSet ?? {}
    const columns = (ResultSetMetadata?.ColumnInfo ?? []).map(({ Name, Type }) => ({ name: Name, type: Type }))
    const toRow = rowMaker(columns)
    const rows = lines.slice(skip).map(({ Data = [] }) => toRow(Data.map(({ VarCharValue }) => VarCharValue)) as Row)
    yield { columns, rows, updateCount: page.UpdateCount ?? 0 }
    skip = 0
    token = page.NextToken
  } while (token !== undefined)
}

function rowMaker(columns: readonly QueryColumn[]): (values: readonly (string | undefined)[]) => Rows {
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined)
    throw new LakeMistake(`The result has two columns '${twice}'. Give one of them another name with AS.`)
  const readers = columns.map(({ type }) => readerOf(type))
  return values =>
    Object.fromEntries(
      names.map((name, place) => {
        const text = values[place]
        return [name, text === undefined ? null : (readers[place]?.(text) ?? text)]
      }),
    )
}

function figuresOf(execution: Execution) {
  const { QueryExecutionId, ResultConfiguration, StatementType, SubstatementType, Statistics } = execution
  const scannedBytes = Statistics?.DataScannedInBytes ?? 0
  const isReused = Statistics?.ResultReuseInformation?.ReusedPreviousResult ?? false
  const isPlan = SubstatementType === 'EXPLAIN' && scannedBytes === 0
  const isCharged = StatementType === 'DML' && !isReused && !isPlan
  return {
    queryExecutionId: QueryExecutionId ?? '',
    outputLocation: ResultConfiguration?.OutputLocation ?? '',
    scannedBytes,
    cost: isCharged ? priceOf(scannedBytes) : 0,
    milliseconds: {
      queue: Statistics?.QueryQueueTimeInMillis ?? 0,
      planning: Statistics?.QueryPlanningTimeInMillis ?? 0,
      engine: Statistics?.EngineExecutionTimeInMillis ?? 0,
      total: Statistics?.TotalExecutionTimeInMillis ?? 0,
    },
    isReused,
  }
}
