/** A result of 300,000 rows through the AWS SDK: every row once, in order, with its types, while the server stays as it was. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { client } from '../testing/lake.ts'
import { startServer } from '../testing/server.ts'

const withoutProc = existsSync('/proc/self/status') ? false : 'there is no /proc'
const rowsWanted = 300_000

/** Made from two short lists, in an order that the engine has to make. */
const sql = `SELECT a.x * 1000 + b.x AS n, CAST((a.x * 1000 + b.x) * 0.5e0 AS double) AS half, 'row ' || CAST(b.x AS varchar) AS text,
  IF(b.x % 2 = 0, NULL, true) AS odd FROM UNNEST(sequence(0, 299)) AS a(x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b(x) ORDER BY 1`

test('300,000 rows come page by page, and cost the server no memory', {
  skip: withoutProc,
  timeout: 300_000,
}, async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-large-'))
  const server = await startServer(directory)
  context.after(async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const s3 = new S3Client({ ...client(server.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'results' }))
  const athena = new AthenaClient(client(server.url))
  const { QueryExecutionId = '' } = await athena.send(
    new StartQueryExecutionCommand({ QueryString: sql, ResultConfiguration: { OutputLocation: 's3://results/' } }),
  )
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    const { State, StateChangeReason } = QueryExecution?.Status ?? {}
    if (State === 'SUCCEEDED') break
    assert.ok(State === 'QUEUED' || State === 'RUNNING', StateChangeReason ?? 'it failed')
  }
  const memory = async () => {
    const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
  }
  let next = 0
  let before = 0
  for await (const page of paginateGetQueryResults({ client: athena, pageSize: 1000 }, { QueryExecutionId })) {
    const rows = page.ResultSet?.Rows ?? []
    assert.ok(rows.length <= 1000)
    assert.deepEqual(
      page.ResultSet?.ResultSetMetadata?.ColumnInfo?.map(column => column.Type),
      ['bigint', 'double', 'varchar', 'boolean'],
    )
    for (const { Data } of next === 0 ? rows.slice(1) : rows) {
      next += 1
      if (Data?.[0]?.VarCharValue !== String(next)) assert.fail(`${next} is ${Data?.[0]?.VarCharValue}`)
    }
    if (next < 100_000) before = await memory()
  }
  assert.equal(next, rowsWanted)
  const grown = (await memory()) - before
  assert.ok(grown < 64 * 1024 ** 2, `grew by ${Math.round(grown / 1024 ** 2)} MiB over the last 200,000 rows`)
  athena.destroy()
  s3.destroy()
})
