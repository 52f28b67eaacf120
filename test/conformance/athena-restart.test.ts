/** A server that is killed in the middle of a query: what had ended is still there, what had not has failed, and says why. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { client, region } from '../testing/lake.ts'
import { startServer } from '../testing/server.ts'

test('after a SIGKILL results are there, and the query that ran has failed without one', async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-athena-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  const first = await startServer(directory)
  context.after(() => first.kill())
  const s3 = new S3Client({ ...client(first.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake', CreateBucketConfiguration: { LocationConstraint: region } }))
  const athena = new AthenaClient(client(first.url))
  const start = async (sql: string) => {
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({ QueryString: sql, ResultConfiguration: { OutputLocation: 's3://lake/r/' } }),
    )
    return { QueryExecutionId }
  }
  const ask = async (of: AthenaClient, id: { QueryExecutionId: string | undefined }) =>
    (await of.send(new GetQueryExecutionCommand(id))).QueryExecution?.Status
  const quick = await start('SELECT 42 AS answer')
  while (!['SUCCEEDED', 'FAILED'].includes((await ask(athena, quick))?.State ?? ''));
  const numbers = 'UNNEST(sequence(1, 10000))'
  const endless = await start(
    `SELECT count(*) FROM ${numbers} a(x) CROSS JOIN ${numbers} b(y) CROSS JOIN ${numbers} c(z) WHERE x * y = z`,
  )
  while ((await ask(athena, endless))?.State !== 'RUNNING');
  await first.kill()

  const second = await startServer(directory)
  context.after(() => second.kill())
  const after = new AthenaClient(client(second.url))
  const { ResultSet } = await after.send(new GetQueryResultsCommand(quick))
  assert.deepEqual(
    ResultSet?.Rows?.map(row => row.Data?.[0]?.VarCharValue),
    ['answer', '42'],
  )
  const status = await ask(after, endless)
  assert.equal(status?.State, 'FAILED')
  assert.match(status?.StateChangeReason ?? '', /cut off: Biwa stopped while it was under way/)
  const { Contents } = await new S3Client({ ...client(second.url), forcePathStyle: true }).send(
    new ListObjectsV2Command({ Bucket: 'lake' }),
  )
  assert.deepEqual(
    Contents?.map(object => object.Key),
    [`r/${quick.QueryExecutionId}.csv`, `r/${quick.QueryExecutionId}.csv.metadata`],
  )
})
