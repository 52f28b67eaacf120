// Jobs whose script is a module, with the real engine: each record goes through the function once over reruns and rewinds, and
// is a row of the target or a dead letter; what is wrong is told before the run or fails it, and then nothing is written.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Lake } from '../../src/in-process/lake.ts'
import { openLake } from '../../src/lake.ts'

let lake: Lake
before(async () => {
  lake = await openLake({ directory: 'temporary', clock: 'simulated', start: '2025-10-15T00:00:00Z' })
  await lake.aws.s3.CreateBucket({ Bucket: 'lake' })
  await lake.aws.glue.CreateDatabase({ DatabaseInput: { Name: 'telemetry' } })
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

const put = (Key: string, text: string) =>
  lake.aws.s3.PutObject({ Bucket: 'lake', Key, Body: text, ContentLength: Buffer.byteLength(text) })
const keys = async (Prefix: string) =>
  ((await lake.aws.s3.ListObjectsV2({ Bucket: 'lake', Prefix })).Contents ?? []).map(({ Key }) => Key ?? '')

async function create(name: string, script: string, given: Readonly<Record<string, string>>, extension = 'ts') {
  await put(`scripts/${name}.${extension}`, script)
  await lake.aws.glue.CreateJob({
    Name: name,
    Role: 'job-role',
    Command: { Name: 'glueetl', ScriptLocation: `s3://lake/scripts/${name}.${extension}` },
    DefaultArguments: { '--DATABASE': 'telemetry', '--job-bookmark-option': 'job-bookmark-enable', ...given },
  })
}

async function run(JobName: string, given: Readonly<Record<string, string>> = {}) {
  const { JobRunId = '' } = await lake.aws.glue.StartJobRun({ JobName, Arguments: given })
  await lake.clock.settle()
  const { JobRun } = await lake.aws.glue.GetJobRun({ JobName, RunId: JobRunId })
  assert.ok(JobRun)
  return JobRun
}

async function query(sql: string): Promise<readonly (readonly (string | undefined)[])[]> {
  const { QueryExecutionId = '' } = await lake.aws.athena.StartQueryExecution({
    QueryString: sql,
    QueryExecutionContext: { Database: 'telemetry' },
    ResultConfiguration: { OutputLocation: 's3://lake/athena/' },
  })
  await lake.clock.settle()
  const { QueryExecution } = await lake.aws.athena.GetQueryExecution({ QueryExecutionId })
  assert.equal(QueryExecution?.Status?.State, 'SUCCEEDED', QueryExecution?.Status?.StateChangeReason ?? '')
  const { ResultSet } = await lake.aws.athena.GetQueryResults({ QueryExecutionId })
  return (ResultSet?.Rows ?? []).slice(1).map(({ Data }) => (Data ?? []).map(({ VarCharValue }) => VarCharValue))
}

const source = {
  '--SOURCE_S3': 's3://lake/raw/',
  '--SOURCE_SCHEMA': 'id bigint, temperature double, at timestamp',
  '--REQUIRED': 'id',
  '--DLQ_S3': 's3://lake/dead/',
  '--BATCH_ROWS': '2',
}
const records = (...ids: readonly number[]) =>
  ids.map(id => `${JSON.stringify({ id, temperature: id * 10, at: `2025-10-1${id % 2} 01:02:03` })}\n`).join('')

test('objects go through a TypeScript function into a table, each record once, whatever is run again', async () => {
  await query(`CREATE EXTERNAL TABLE readings (id bigint, fahrenheit double, at timestamp) PARTITIONED BY (day string)
    STORED AS PARQUET LOCATION 's3://lake/readings/'`)
  await create(
    'readings',
    `interface Reading { readonly id: number; readonly temperature: number; readonly at: string }
     export default function* (rows: readonly Reading[], { deadLetter }: { deadLetter(row: Reading, reason: string): void }) {
       for (const row of rows)
         if (row.temperature > 1000) deadLetter(row, 'too hot')
         else yield { id: row.id, fahrenheit: row.temperature * 1.8 + 32, at: row.at, day: row.at.slice(0, 10) }
     }`,
    { ...source, '--TARGET_TABLE': 'telemetry.readings' },
  )
  await put('raw/a.json', `${records(1, 2, 3)}{"temperature":1}\noops\n`)
  const first = await run('readings')
  assert.equal(first.ErrorMessage, undefined)
  assert.match(first.StateDetail ?? '', /^5 records in = 3 out \+ 2 dead letters, from 1 object/)
  assert.match(first.StateDetail ?? '', /3 rows written to 2 files .* of table telemetry\.readings, 2 partitions newly/)
  assert.match((await run('readings')).StateDetail ?? '', /^Nothing new/)

  await put('raw/b.json', records(4, 200))
  assert.match((await run('readings')).StateDetail ?? '', /^2 records in = 1 out \+ 1 dead letter/)
  const all = [
    ['1', '50.0', '2025-10-11 01:02:03.000', '2025-10-11'],
    ['2', '68.0', '2025-10-10 01:02:03.000', '2025-10-10'],
    ['3', '86.0', '2025-10-11 01:02:03.000', '2025-10-11'],
    ['4', '104.0', '2025-10-10 01:02:03.000', '2025-10-10'],
  ]
  assert.deepEqual(await query('SELECT id, fahrenheit, at, day FROM readings ORDER BY id'), all)
  await lake.aws.glue.ResetJobBookmark({ JobName: 'readings' })
  assert.match((await run('readings')).StateDetail ?? '', /^7 records in = 4 out \+ 3 dead letters/)
  assert.deepEqual(await query('SELECT id, fahrenheit, at, day FROM readings ORDER BY id'), all)
  const letters = await keys('dead/')
  assert.equal(letters.length, 1)
  const { Body } = await lake.aws.s3.GetObject({ Bucket: 'lake', Key: letters[0] ?? '' })
  const reasons = ((await Body?.transformToString()) ?? '')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).reason)
  assert.deepEqual(reasons.sort(), ['malformed JSON', 'the required column id is missing or null', 'too hot'])
})

test('a table goes through a function into a folder of partitions, new objects only', async () => {
  await create(
    'hot',
    'export default rows => rows.filter(row => row.fahrenheit > 60).map(({ id, day }) => ({ day, id }))',
    {
      ...{ '--SOURCE_TABLE': 'telemetry.readings', '--TARGET_S3': 's3://lake/hot/' },
      ...{ '--TARGET_SCHEMA': 'day string, id bigint', '--PARTITIONED_BY': 'day' },
    },
    'mjs',
  )
  const first = await run('hot')
  assert.match(first.StateDetail ?? '', /^4 records in = 4 out \+ 0 dead letters, .* 3 rows written to 2 files/)
  const written = (await keys('hot/')).map(key => key.replace(/part-.*/, ''))
  assert.deepEqual(written, ['hot/day=2025-10-10/', 'hot/day=2025-10-11/'])
  assert.match((await run('hot')).StateDetail ?? '', /^Nothing new/)
})

test('rows are spelled as the schemas spell them, those of tables too', async () => {
  const code = 'export default rows => rows.map(({ Id, day }) => ({ theDay: day, ID: Id }))'
  const tables = { '--SOURCE_TABLE': 'telemetry.readings', '--TARGET_S3': 's3://lake/spelled/' }
  const schemas = { '--SOURCE_SCHEMA': 'Id bigint', '--TARGET_SCHEMA': 'theDay string, ID bigint' }
  await create('spelled', code, { ...tables, ...schemas }, 'mjs')
  assert.match((await run('spelled')).StateDetail ?? '', /^4 records in = 4 out/)
  const wrong = { ...tables, ...schemas, '--SOURCE_SCHEMA': 'Id string' }
  await create('misspelled', code, wrong, 'mjs')
  assert.match(
    (await run('misspelled')).ErrorMessage ?? '',
    /--SOURCE_SCHEMA says how rows spell the table's columns, and Id string is none of them: it has id bigint, /,
  )
  const sql = "UNLOAD (SELECT id FROM telemetry.readings) TO 's3://lake/spelled/' WITH (format = 'PARQUET')"
  await create('of-sql', sql, { '--SOURCE_TABLE': 'telemetry.readings', '--SOURCE_SCHEMA': 'Id bigint' }, 'sql')
  await assert.rejects(run('of-sql'), { message: /to SQL the catalog says what they are: leave it out/ })
})

test('values come and go exactly, of every type', async () => {
  const types = `big bigint, dec decimal(30,10), f float, d double, ts timestamp, dt date, b boolean, s string,
    items array<bigint>, m map<string,double>, st struct<a:string,n:bigint>, tiny tinyint`.replace(/\s+/g, ' ')
  const row = `{"big":9007199254740993,"dec":"12345678901234567890.0123456789","f":1.5,"d":0.30000000000000004,
    "ts":"2025-10-15 01:02:03.123","dt":"2024-02-29","b":true,"s":"ü \\"x\\" \\n 12345678901234567890 NaN","items":[1,-9223372036854775808],
    "m":{"k":1e300},"st":{"a":"x","n":9007199254740995},"tiny":-128}`.replace(/\n\s+/g, '')
  await put('types/a.json', `${row}\n{"s":"nothing else","d":"NaN"}\n`)
  const common = { '--SOURCE_S3': 's3://lake/types/', '--SOURCE_SCHEMA': types, '--TARGET_SCHEMA': types }
  await create('types', 'export default rows => rows', { ...common, '--TARGET_S3': 's3://lake/types-out/' })
  const ended = await run('types')
  assert.equal(ended.ErrorMessage, undefined)
  await query(`CREATE EXTERNAL TABLE types (${types}) STORED AS PARQUET LOCATION 's3://lake/types-out/'`)
  const [whole, empty] = await query(
    `SELECT big, dec, f, d, ts, dt, b, s, items[2], m['k'], st.a, st.n, tiny FROM types ORDER BY big NULLS LAST`,
  )
  assert.deepEqual(whole, [
    ...['9007199254740993', '12345678901234567890.0123456789', '1.5', '0.30000000000000004', '2025-10-15 01:02:03.123'],
    ...['2024-02-29', 'true', 'ü "x" \n 12345678901234567890 NaN', '-9223372036854775808', '1.0E300', 'x'],
    ...['9007199254740995', '-128'],
  ])
  assert.deepEqual([empty?.[3], empty?.[7]], ['NaN', 'nothing else'])
})

test('a function that fails, or returns what is not declared, fails the run; nothing is written and nothing is taken', async () => {
  const target = { '--TARGET_S3': 's3://lake/wrong/', '--TARGET_SCHEMA': 'id bigint, t double' }
  await create(
    'wrong',
    'export default rows => { console.log("was here"); return rows.map(r => ({ id: r.id, t: "warm" })) }',
    {
      ...source,
      ...target,
    },
  )
  const failed = await run('wrong')
  assert.equal(failed.JobRunState, 'FAILED')
  assert.match(
    failed.ErrorMessage ?? '',
    /^WrongRow: Row 1 of the result has "warm" in t, which is declared double\. .*Nothing was written/,
  )
  assert.match(failed.StateDetail ?? '', /The module's log, its end:\n.*was here/)
  await put('scripts/wrong.ts', 'export default () => { throw new Error("not today") }')
  assert.match(
    (await run('wrong')).ErrorMessage ?? '',
    /^Error: not today \(on rows 1 to 2 of the source, at .*job\.ts/,
  )
  await put(
    'scripts/wrong.ts',
    'export default (rows, { deadLetter }) => { rows.forEach(r => deadLetter(r, "no")); return [] }',
  )
  assert.match((await run('wrong', { '--DLQ_S3': '' })).ErrorMessage ?? '', /7 records cannot be read .* set --DLQ_S3/)
  assert.deepEqual(await keys('wrong/'), [])
  assert.match((await run('wrong')).StateDetail ?? '', /^7 records in = 0 out \+ 7 dead letters.* 0 rows written/)
})

test('a run that is stopped stops an endless loop; nothing is written, and its objects stay new', async () => {
  const target = { '--TARGET_S3': 's3://lake/endless/', '--TARGET_SCHEMA': 'id bigint' }
  await create('endless', 'export default () => { for (;;); }', { ...source, ...target })
  const { JobRunId = '' } = await lake.aws.glue.StartJobRun({ JobName: 'endless' })
  const { SuccessfulSubmissions } = await lake.aws.glue.BatchStopJobRun({ JobName: 'endless', JobRunIds: [JobRunId] })
  assert.equal(SuccessfulSubmissions?.length, 1)
  await lake.clock.settle()
  const { JobRun } = await lake.aws.glue.GetJobRun({ JobName: 'endless', RunId: JobRunId })
  assert.equal(JobRun?.JobRunState, 'STOPPED')
  assert.deepEqual(await keys('endless/'), [])
  await put('scripts/endless.ts', 'export default rows => rows.map(({ id }) => ({ id }))')
  assert.match((await run('endless')).StateDetail ?? '', /^7 records in/)
})

for (const [given, complaint] of [
  [
    { '--SOURCE_S3': '', '--SOURCE_SCHEMA': '', '--REQUIRED': '' },
    /reads --SOURCE_S3 \(with --SOURCE_SCHEMA\) or --SOURCE_TABLE: give one of them/,
  ],
  [{ '--SOURCE_SCHEMA': '' }, /--SOURCE_SCHEMA must say which columns the rows have/],
  [{ '--TARGET_S3': '' }, /writes to --TARGET_TABLE or to --TARGET_S3/],
  [{ '--TARGET_SCHEMA': '' }, /--TARGET_SCHEMA must say which columns the results have, partition columns included/],
  [{ '--TARGET_SCHEMA': 'id' }, /--TARGET_SCHEMA: The schema 'id' cannot be read/],
  [{ '--PARTITIONED_BY': 'day' }, /--PARTITIONED_BY names day, which --TARGET_SCHEMA does not declare/],
  [{ '--PARTITIONED_BY': 'id' }, /--PARTITIONED_BY names all columns/],
  [
    { '--TARGET_S3': '', '--TARGET_TABLE': 'telemetry.readings', '--PARTITIONED_BY': 'id' },
    /--PARTITIONED_BY goes with --TARGET_S3/,
  ],
  [{ '--BATCH_ROWS': '0' }, /--BATCH_ROWS must be a whole number from 1 to 100000: 0/],
] as const)
  test(`arguments ${JSON.stringify(given)} are refused when the run is started`, async () => {
    const name = `refused-${JSON.stringify(given).length}-${Object.values(given).join('').length}-${Math.random()}`
    await create(name, 'export default rows => rows', {
      ...source,
      ...{ '--TARGET_S3': 's3://lake/out/', '--TARGET_SCHEMA': 'id bigint' },
    })
    await assert.rejects(lake.aws.glue.StartJobRun({ JobName: name, Arguments: { ...given } }), {
      name: 'InvalidInputException',
      message: complaint,
    })
  })

test('a column that has no form in JavaScript is refused by its name', async () => {
  await create('binary', 'export default rows => rows', {
    ...source,
    ...{ '--TARGET_S3': 's3://lake/out/', '--TARGET_SCHEMA': 'id bigint, raw binary' },
  })
  assert.match(
    (await run('binary')).ErrorMessage ?? '',
    /Column raw of the target is binary, .* write this job's script as SQL/,
  )
})
