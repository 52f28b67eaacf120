/** A query on a running lake through Athena's API: start, wait, pages of its result. */
import type { Call } from '../calls.ts'
import type { Cells, ShownColumn } from './rows.ts'

export interface Execution {
  readonly QueryExecutionId: string
  readonly Query: string
  readonly StatementType: string
  readonly SubstatementType?: string
  readonly ResultConfiguration: { readonly OutputLocation: string }
  readonly Status: {
    readonly State: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
    readonly StateChangeReason?: string
    readonly SubmissionDateTime: number
  }
  readonly Statistics?: {
    readonly DataScannedInBytes?: number
    readonly TotalExecutionTimeInMillis?: number
    readonly QueryQueueTimeInMillis?: number
    readonly QueryPlanningTimeInMillis?: number
    readonly EngineExecutionTimeInMillis?: number
  }
}

export interface Asked {
  readonly sql: string
  readonly database: string
  readonly workGroup: string
  readonly output: string | undefined
}

export async function start(athena: Call, { sql, database, workGroup, output }: Asked): Promise<string> {
  const { QueryExecutionId } = await athena<{ QueryExecutionId: string }>('StartQueryExecution', {
    QueryString: sql,
    QueryExecutionContext: { Database: database },
    WorkGroup: workGroup,
    ...(output !== undefined && { ResultConfiguration: { OutputLocation: output } }),
  })
  return QueryExecutionId
}

/** Often at first, then every half second: most queries are short. */
const pausesMilliseconds = [20, 40, 80, 160, 320, 500] as const

export async function ended(
  athena: Call,
  id: string,
  parts: { readonly pause: (milliseconds: number) => Promise<void>; readonly tell: (state: string) => void },
): Promise<Execution> {
  for (let round = 0; ; round += 1) {
    const { QueryExecution: found } = await athena<{ QueryExecution: Execution }>('GetQueryExecution', {
      QueryExecutionId: id,
    })
    if (found.Status.State !== 'QUEUED' && found.Status.State !== 'RUNNING') return found
    parts.tell(found.Status.State)
    await parts.pause(pausesMilliseconds[Math.min(round, pausesMilliseconds.length - 1)] ?? 500)
  }
}

export interface Page {
  readonly columns: readonly ShownColumn[]
  readonly rows: readonly Cells[]
}

interface ResultPage {
  readonly NextToken?: string
  readonly ResultSet: {
    readonly Rows: readonly { readonly Data: readonly { readonly VarCharValue?: string }[] }[]
    readonly ResultSetMetadata: { readonly ColumnInfo: readonly { readonly Name: string; readonly Type: string }[] }
  }
}

/** A SELECT's result is a table in CSV; what other statements answer is lines. */
export const isTable = ({ ResultConfiguration }: Execution): boolean =>
  ResultConfiguration.OutputLocation.endsWith('.csv')

/** A plan is lines too, but a query's: it begins with the name of its column. */
const isHeaded = (execution: Execution): boolean => isTable(execution) || execution.SubstatementType === 'EXPLAIN'

/** The rows, a thousand at a time, without the line of names that a query's result begins with. */
export async function* pages(athena: Call, execution: Execution): AsyncGenerator<Page> {
  for (let token: string | undefined, first = true; ; first = false) {
    const page: ResultPage = await athena('GetQueryResults', {
      QueryExecutionId: execution.QueryExecutionId,
      ...(token && { NextToken: token }),
    })
    const { Rows, ResultSetMetadata } = page.ResultSet
    const rows = Rows.map(({ Data }) => Data.map(({ VarCharValue = null }) => VarCharValue))
    const columns = ResultSetMetadata.ColumnInfo.map(({ Name, Type }) => ({ name: Name, type: Type }))
    yield { columns, rows: first && isHeaded(execution) ? rows.slice(1) : rows }
    token = page.NextToken
    if (token === undefined) return
  }
}

export async function history(athena: Call, workGroup: string, count: number): Promise<readonly Execution[]> {
  const found: Execution[] = []
  for (let token: string | undefined; found.length < count; ) {
    const page: { QueryExecutionIds: readonly string[]; NextToken?: string } = await athena('ListQueryExecutions', {
      WorkGroup: workGroup,
      MaxResults: Math.min(50, count - found.length),
      ...(token && { NextToken: token }),
    })
    if (page.QueryExecutionIds.length > 0) {
      const { QueryExecutions } = await athena<{ QueryExecutions: readonly Execution[] }>('BatchGetQueryExecution', {
        QueryExecutionIds: page.QueryExecutionIds,
      })
      found.push(...QueryExecutions)
    }
    token = page.NextToken
    if (token === undefined) break
  }
  return found
}
