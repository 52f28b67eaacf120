/** Runs queries with the AWS SDK for tests: starts them, asks until they have ended, and gives their rows. */
import assert from 'node:assert/strict'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from '@aws-sdk/client-athena'
import { CreateBucketCommand, PutObjectCommand, type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3'
import { client, region, startLake } from './lake.ts'

type More = Partial<StartQueryExecutionCommandInput>

export class QueryRunner {
  readonly athena: AthenaClient

  private constructor(athena: AthenaClient) {
    this.athena = athena
  }

  /** With a bucket `analytics` for results and data. */
  static async open(url: string): Promise<QueryRunner> {
    const s3 = new S3Client({ ...client(url), forcePathStyle: true })
    await s3.send(
      new CreateBucketCommand({ Bucket: 'analytics', CreateBucketConfiguration: { LocationConstraint: region } }),
    )
    return QueryRunner.on(url)
  }

  /** Where that bucket is there already. */
  static on(url: string): QueryRunner {
    return new QueryRunner(new AthenaClient(client(url)))
  }

  async start(sql: string, more: More = {}): Promise<string> {
    const { QueryExecutionId = '' } = await this.athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        QueryExecutionContext: { Database: 'weather' },
        ResultConfiguration: { OutputLocation: 's3://analytics/results/' },
        ...more,
      }),
    )
    return QueryExecutionId
  }

  async run(sql: string, more: More = {}): Promise<QueryExecution> {
    return this.end(await this.start(sql, more))
  }

  /** Once it has ended. */
  async end(QueryExecutionId: string): Promise<QueryExecution> {
    for (;;) {
      const { QueryExecution: query = {} } = await this.athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
      if (query.Status?.State !== 'QUEUED' && query.Status?.State !== 'RUNNING') return query
    }
  }

  async succeed(sql: string, more: More = {}): Promise<QueryExecution> {
    const query = await this.run(sql, more)
    assert.equal(query.Status?.State, 'SUCCEEDED', `${sql}: ${query.Status?.StateChangeReason}`)
    return query
  }

  /** Why it failed. */
  async fail(sql: string, more: More = {}): Promise<string> {
    const query = await this.run(sql, more)
    assert.equal(query.Status?.State, 'FAILED', sql)
    return query.Status?.StateChangeReason ?? ''
  }

  /** All rows of a result, without the header that a query's or a plan's has. */
  async rows(sql: string, more: More = {}): Promise<readonly (readonly (string | undefined)[])[]> {
    const { QueryExecutionId, SubstatementType } = await this.succeed(sql, more)
    const { ResultSet } = await this.athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
    const rows = (ResultSet?.Rows ?? []).map(row => (row.Data ?? []).map(datum => datum.VarCharValue))
    return SubstatementType === 'SELECT' || SubstatementType === 'EXPLAIN' ? rows.slice(1) : rows
  }
}

/** A lake with a bucket `analytics` and a database `weather`, and what a test of tables over files asks of it. */
export async function lakeOfTables() {
  const lake = await startLake()
  const queries = await QueryRunner.open(lake.url)
  const s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await queries.succeed('CREATE DATABASE weather')
  return {
    url: lake.url,
    queries,
    put: (Key: string, Body: string | Uint8Array, more: Partial<PutObjectCommandInput> = {}) =>
      s3.send(new PutObjectCommand({ Bucket: 'analytics', Key, Body, ...more })),
    async close() {
      assert.deepEqual(lake.failures, [])
      await lake.close()
    },
  }
}
