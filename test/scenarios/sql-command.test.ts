/** `biwa sql`, as its user sees it: what it will read, the rows, what it read, and what went wrong. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { run } from '../../src/cli/run.ts'
import { rememberServer } from '../../src/cli/server-file.ts'
import { SilentLog } from '../../src/world/log.ts'
import { client, region, startLake, type TestLake } from '../testing/lake.ts'
import { RecordingTerminal } from '../testing/terminal.ts'

let started: TestLake & { close(): Promise<void> }
let terminal: RecordingTerminal
before(async () => {
  started = await startLake({ auth: 'enforced' })
  const key = await started.lake.rootKey()
  await rememberServer(started.directory, { url: started.url, region, auth: 'enforced', key }, new SilentLog())
  const s3 = new S3Client({ ...client(started.url, key), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake' }))
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body }))
  const line = (city: string, celsius: number) => `${JSON.stringify({ city, celsius })}\n`
  await put('obs/day=2025-10-01/a b.json', line('Tokyo', 21.5).repeat(10))
  await put('obs/day=2025-10-02/a.json', line('東京', -1).repeat(2) + line('a\u001b[2J"b', 0))
  await put('obs/day=2025-10-02/_hidden', 'x'.repeat(100_000))
  s3.destroy()
  terminal = new RecordingTerminal(started.directory)
  await sql('CREATE DATABASE w')
  await sql(
    `CREATE EXTERNAL TABLE w.obs (city string, celsius double) PARTITIONED BY (day string)
     ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/obs/'`,
  )
  assert.equal(await sql('MSCK REPAIR TABLE w.obs'), 0, terminal.complained)
})
after(() => started.close())
beforeEach(() => {
  terminal = new RecordingTerminal(started.directory)
})

const sql = (...words: readonly string[]) =>
  run(
    ['sql', ...words, '--data', '.', ...(words.includes('--history') ? [] : ['--output', 's3://lake/results/'])],
    terminal,
  )

test('before a query stands what it reads at most and its price, behind it what it read', async () => {
  assert.equal(await sql('SELECT city, celsius, day FROM w.obs ORDER BY day DESC, city DESC LIMIT 3'), 0)
  assert.deepEqual(terminal.lines, [
    ' city         | celsius | day',
    '--------------+---------+------------',
    ' 東京         |    -1.0 | 2025-10-02',
    ' 東京         |    -1.0 | 2025-10-02',
    ' a\\u001b[2J"b |     0.0 | 2025-10-02',
  ])
  const [estimate, warning, figures] = terminal.complained.split('\n')
  assert.match(
    estimate ?? '',
    /^Reads at most \d+ B of w\.obs \(2 of 2 partitions, 2 objects\): \$0\.000048 in Amazon Athena\.$/,
  )
  assert.equal(warning, 'warning: all 2 partitions of w.obs are read. A WHERE over day reads fewer.')
  assert.match(
    figures ?? '',
    /^3 rows in \d.* s \(waited .*, planned .*\), read \d+ B: \$0\.000048 in Amazon Athena\.$/,
  )
})

test('the tables of a view are told, with the partitions that a WHERE over it leaves', async () => {
  assert.equal(await sql('CREATE OR REPLACE VIEW w.seen AS SELECT city, day FROM w.obs'), 0, terminal.complained)
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await sql("SELECT count(*) FROM w.seen WHERE day = '2025-10-02'"), 0)
  assert.match(terminal.complained, /^Reads at most \d+ B of w\.obs \(1 of 2 partitions, 1 object\): /)
})

test('what is read of projected partitions cannot be told before, and that is said; a list of partitions reads nothing', async () => {
  const properties = "'projection.enabled' = 'true', 'projection.day.type' = 'enum', 'projection.day.values' = 'a,b'"
  const made = await sql(`CREATE EXTERNAL TABLE w.projected (n int) PARTITIONED BY (day string) STORED AS PARQUET
    LOCATION 's3://lake/projected/' TBLPROPERTIES (${properties})`)
  assert.equal(made, 0, terminal.complained)
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await sql("SELECT count(*) FROM w.projected, w.obs WHERE obs.day = '2025-10-02'"), 0)
  assert.match(terminal.complained, /^Reads at most \d+ B of w\.obs \(1 of 2 partitions, 1 object\): .*\n/)
  assert.match(terminal.complained, /\nWhat is read of w\.projected is told afterwards: the partitions are projected\./)
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await sql('SELECT * FROM w."obs$partitions" ORDER BY day'), 0)
  assert.match(terminal.complained, /^2 rows in .* read 0 B/)
})

test('a WHERE over hidden columns is estimated by what it might read, without the warning', async () => {
  assert.equal(await sql('SELECT count(*) FROM w.obs WHERE "$partition" = \'day=2025-10-02\''), 0)
  assert.match(terminal.complained, /^Reads at most \d+ B of w\.obs \(2 of 2 partitions, 2 objects\)/)
  assert.doesNotMatch(terminal.complained, /warning/)
})

for (const where of [
  "day = '2025-10-02'",
  "'2025-10-02' <= obs.day",
  "day IN ('2025-10-02', '2025-10-05')",
  "(day BETWEEN '2025-10-02' AND '2025-10-09' AND city > '')",
  "day > '2025-10-01' OR day < '2025'",
])
  test(`WHERE ${where} is known to read one partition`, async () => {
    assert.equal(await sql(`SELECT count(*) FROM w.obs WHERE ${where}`), 0)
    assert.match(terminal.complained, /\(1 of 2 partitions, 1 object\)/)
    assert.doesNotMatch(terminal.complained, /warning/)
  })

test('what a WHERE says in another way counts as nothing said', async () => {
  assert.equal(await sql("SELECT count(*) FROM w.obs WHERE day = '2025-10-02' OR celsius > 0"), 0)
  assert.match(terminal.complained, /\(2 of 2 partitions/)
})

test('--csv and --json are for programs, --quiet says nothing else', async () => {
  const statement = `SELECT city AS "a ""b""", celsius, CAST(NULL AS varchar) AS n, true AS t, 9007199254740993 AS l FROM w.obs WHERE celsius = 0`
  assert.equal(await sql(statement, '--csv', '--quiet'), 0)
  assert.equal(terminal.printed, '"a ""b""","celsius","n","t","l"\n"a\u001b[2J""b","0.0",,"true","9007199254740993"\n')
  assert.equal(terminal.complained, '')
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await sql(statement, '--json', '--quiet'), 0)
  assert.deepEqual(JSON.parse(terminal.printed), {
    'a "b"': 'a\u001b[2J"b',
    celsius: 0,
    n: null,
    t: true,
    l: '9007199254740993',
  })
})

test('rows beyond a page come in order, each once', async () => {
  assert.equal(await sql('SELECT x FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x', '--csv'), 0)
  assert.deepEqual(
    terminal.lines.slice(1),
    Array.from({ length: 2500 }, (_, index) => `"${index + 1}"`),
  )
})

test('what the catalog answers is printed as it is', async () => {
  assert.equal(await sql('SHOW TABLES IN w'), 0)
  assert.equal(terminal.printed, 'obs\nprojected\nseen\n')
  assert.match(terminal.complained, /^3 rows in .* s\.\n$/)
})

test('a query that fails is one reason, its place in the statement, and an exit code of 1', async () => {
  assert.equal(await sql('SELECT day,\n nope FROM w.obs'), 1)
  assert.equal(terminal.printed, '')
  assert.match(terminal.complained, /^biwa sql: COLUMN_NOT_FOUND: line 2:2: .*\n {3}nope FROM w\.obs\n {3}\^\n$/)
})

test('what was asked before is a line each, newest first', async () => {
  await sql('SELECT 41')
  await sql('SELECT\n  42')
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await sql('--history', '--count', '2'), 0)
  const [newest, before] = terminal.lines
  assert.match(newest ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}SUCCEEDED +\S+ s +0 B {2}SELECT 42$/)
  assert.match(before ?? '', /SELECT 41$/)
})

test('a command that was called wrongly is told so, with an exit code of 2', async () => {
  assert.equal(await sql('SELECT 1', '--csv', '--json'), 2)
  assert.equal(await sql(' '), 2)
  assert.equal(await sql('SELECT 1', '--count', '0'), 2)
  assert.equal(await sql('SELECT 1', 'SELECT 2'), 2)
  assert.match(terminal.complained, /--csv or --json, not both\./)
})

test('without a place for results the way out is named', async () => {
  assert.equal(await run(['sql', 'SELECT 1', '--data', '.'], terminal), 1)
  assert.match(
    terminal.complained,
    /Say --output s3:\/\/bucket\/folder\/, or set it once with\n {2}aws athena update-work-group/,
  )
})
