/** Tables, locations, keys, partitions and views that were made to break out: each is data, refused, or nothing. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

const secret = 'the canary that nobody may hear'

let lake: Awaited<ReturnType<typeof startLake>>
let athena: AthenaClient
let glue: GlueClient
let s3: S3Client
let outside: string

before(async () => {
  lake = await startLake()
  athena = new AthenaClient(client(lake.url))
  glue = new GlueClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'data' }))
  await s3.send(new CreateBucketCommand({ Bucket: 'results' }))
  outside = await mkdtemp(join(tmpdir(), 'biwa-outside-'))
  await writeFile(join(outside, 'canary.csv'), `${secret}\n`)
  assert.equal((await run('CREATE DATABASE h')).state, 'SUCCEEDED')
})
after(async () => {
  athena.destroy()
  glue.destroy()
  s3.destroy()
  await lake.close()
  await rm(outside, { recursive: true })
})

async function run(sql: string) {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({ QueryString: sql, ResultConfiguration: { OutputLocation: 's3://results/' } }),
  )
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    const { State: state, StateChangeReason: reason = '' } = QueryExecution?.Status ?? {}
    if (state === 'QUEUED' || state === 'RUNNING') continue
    if (state !== 'SUCCEEDED') return { state, reason, rows: [] }
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
    const rows = (ResultSet?.Rows ?? []).map(row => (row.Data ?? []).map(({ VarCharValue }) => VarCharValue))
    return { state, reason, rows }
  }
}

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'data', Key, Body }))

interface Made {
  readonly columns?: readonly (readonly [string, string])[]
  readonly keys?: readonly (readonly [string, string])[]
  readonly serde?: string
  readonly parameters?: Record<string, string>
}

let tables = 0
async function table(Location: string, { columns = [['line', 'string']], keys = [], serde, parameters }: Made = {}) {
  const Name = `t${tables++}`
  const named = (all: readonly (readonly [string, string])[]) => all.map(([Name, Type]) => ({ Name, Type }))
  await glue.send(
    new CreateTableCommand({
      DatabaseName: 'h',
      TableInput: {
        Name,
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: named(keys),
        StorageDescriptor: {
          Location,
          Columns: named(columns),
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          SerdeInfo: {
            SerializationLibrary: serde ?? 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            Parameters: parameters ?? { 'field.delim': ',' },
          },
        },
      },
    }),
  )
  return Name
}

/** DuckDB's words for a text of ours that it could not read. */
const gotThrough =
  /Parser Error|syntax error|Catalog Error|Permission Error|IO Error|unterminated|does not know its own/

test('a location outside the store is no place for a table', async () => {
  const places = [
    outside,
    `file://${outside}/`,
    `s3:/${outside}`,
    `s3://${outside}`,
    `s3://data/../../..${outside}/`,
    `s3://data/../results/`,
    `s3://../data/`,
    `s3://data/%2e%2e/%2e%2e${outside}`,
    `s3://data/*`,
    `s3://data/[a-z]*/`,
    `https://data.s3.amazonaws.com/`,
    `s3://.biwa/blobs/`,
    `s3://data/'); COPY (SELECT 1) TO '${outside}/x' --`,
  ]
  await put('a/one.csv', 'data\n')
  for (const place of places) {
    const made = await table(place).catch((cause: Error) => cause)
    if (typeof made !== 'string') continue
    const { state, rows, reason } = await run(`SELECT * FROM h.${made}`)
    assert.doesNotMatch(JSON.stringify(rows), /canary|data/, place)
    assert.doesNotMatch(reason, gotThrough, place)
    assert.ok(state === 'FAILED' || rows.length === 1, place)
  }
})

test('keys with quotes, stars and dots are read as they are called, and none beside them', async () => {
  const keys = [`it's`, 'a"b', '*', '[a-z]', '{x}', 'a;b --', 'ü ñ', '$1', '%2e%2e']
  for (const key of keys) await put(`odd/${key}/v.csv`, `${key.replaceAll('"', '')}\n`)
  const name = await table('s3://data/odd/')
  const { rows, reason } = await run(`SELECT line, "$path" FROM h.${name} ORDER BY 1`)
  assert.equal(reason, '')
  assert.deepEqual(
    rows
      .slice(1)
      .map(([line]) => line)
      .sort(),
    keys.map(key => key.replaceAll('"', '')).sort(),
  )
  const [, ...stars] = (await run(`SELECT line FROM h.${await table('s3://data/odd/*/')}`)).rows
  assert.deepEqual(stars, [['*']])
})

test('names of columns and fields that would end their quotes do not', async () => {
  await put('names/v.json', `${JSON.stringify({ 'a"b': 1, "c'd": { 'e"f': 2, "g'h": 3 } })}\n`)
  const columns = [
    ['a"b', 'int'],
    ["c'd", `struct<e"f:int,g'h:int>`],
    [`x" FROM read_text('${outside}/canary.csv') --`, 'string'],
    ['$1', 'string'],
    ['select', 'string'],
  ] as const
  const serde = 'org.openx.data.jsonserde.JsonSerDe'
  const made = await table('s3://data/names/', { columns, serde, parameters: {} }).catch((cause: Error) => cause)
  if (typeof made !== 'string') return
  const { reason, rows } = await run(`SELECT * FROM h.${made}`)
  assert.doesNotMatch(reason, gotThrough)
  assert.doesNotMatch(JSON.stringify(rows), /canary that/)
})

test('values of partitions that would end their quotes do not', async () => {
  const values = [`it's`, `'; COPY (SELECT 1) TO '${outside}/x`, '$1', '"', '{}', 'a\\', "') OR 1=1 --"]
  for (const value of values) await put(`parts/p=${encodeURIComponent(value).replaceAll("'", '%27')}/v.csv`, 'x\n')
  const name = await table('s3://data/parts/', { keys: [['p', 'string']] })
  assert.equal((await run(`MSCK REPAIR TABLE h.${name}`)).state, 'SUCCEEDED')
  const { rows, reason } = await run(`SELECT p, line FROM h.${name}`)
  assert.equal(reason, '')
  assert.deepEqual(
    rows
      .slice(1)
      .map(([p]) => p)
      .sort(),
    [...values].sort(),
  )
  for (const value of values) {
    const found = await run(`SELECT count(*) FROM h.${name} WHERE p = '${value.replaceAll("'", "''")}'`)
    assert.deepEqual(found.rows[1], ['1'], `${value}: ${found.reason}`)
  }
})

test('signs between fields that would end their quotes do not', async () => {
  await put('signs/v.csv', 'a|b\n')
  for (const sign of ["'", '"', '\\', "','", '\u0000', "', header = true, x = '", '$1']) {
    const made = await table('s3://data/signs/', { parameters: { 'field.delim': sign } }).catch((cause: Error) => cause)
    if (typeof made !== 'string') continue
    const { reason } = await run(`SELECT * FROM h.${made}`)
    assert.doesNotMatch(reason, gotThrough, JSON.stringify(sign))
  }
})

test('statements of the catalog take quotes for what they are', async () => {
  const statements = [
    `CREATE EXTERNAL TABLE h.q1 (a int COMMENT 'it''s; DROP DATABASE h') LOCATION 's3://data/q1/'`,
    `CREATE EXTERNAL TABLE h.q2 (a int) LOCATION '${outside}'`,
    `CREATE EXTERNAL TABLE h.\`q"3\` (\`a"b\` int) LOCATION 's3://data/q3/'`,
    `CREATE EXTERNAL TABLE h.q4 (a int) LOCATION 's3://data/../../'`,
    `ALTER TABLE h.q1 ADD PARTITION (a = 'x'';--') LOCATION '${outside}'`,
    `CREATE VIEW h.v1 AS SELECT * FROM read_text('${outside}/canary.csv')`,
    `CREATE VIEW h.v2 AS SELECT * FROM "${outside}/canary.csv"`,
    `CREATE VIEW h.v3 AS SELECT 1; COPY (SELECT 1) TO '${outside}/x'`,
    `CREATE VIEW h.v4 AS SELECT getenv('HOME') AS x`,
  ]
  for (const sql of statements) {
    const outcome = await run(sql).catch((cause: Error) => ({ reason: cause.message, rows: [] }))
    assert.doesNotMatch(outcome.reason, gotThrough, sql)
  }
  for (const name of ['q2', 'q4', 'v1', 'v2', 'v3', 'v4']) {
    const { rows, reason } = await run(`SELECT * FROM h.${name}`)
    assert.doesNotMatch(JSON.stringify(rows) + reason, /canary that|root:/, name)
    assert.doesNotMatch(reason, gotThrough, name)
  }
  assert.equal((await run('SELECT 1')).state, 'SUCCEEDED')
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
