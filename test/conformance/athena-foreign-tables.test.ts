/** Tables whose files or partitions others laid out, with the AWS SDK: Parquet of older writers, Grok, partition projection. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { lakeOfTables } from '../testing/athena.ts'

const { queries, put, close } = await lakeOfTables()
after(close)

const fixture = (name: string) => readFile(new URL(`../fixtures/parquet/${name}`, import.meta.url))

test('timestamps of 96 bits are what their writer meant, before 1970 too', async () => {
  await put('int96/a.parquet', await fixture('int96.parquet'))
  await queries.succeed(
    "CREATE EXTERNAL TABLE int96 (n int, `at` timestamp) STORED AS PARQUET LOCATION 's3://analytics/int96/'",
  )
  assert.deepEqual(await queries.rows('SELECT n, "at" FROM int96 ORDER BY n'), [
    ['1', '2025-10-15 12:30:00.123'],
    ['2', '1969-12-31 23:59:59.999'],
    ['3', undefined],
    ['4', '1582-10-15 00:00:00.000'],
  ])
  const late = 'SELECT n, year("at") FROM int96 WHERE "at" > TIMESTAMP \'2025-10-15 12:30:00.122\''
  assert.deepEqual(await queries.rows(late), [['1', '2025']])
})

test('lists of two levels are lists', async () => {
  await put('lists/a.parquet', await fixture('lists-of-two-levels.parquet'))
  await queries.succeed(`CREATE EXTERNAL TABLE lists (n int, numbers array<int>, names array<string>)
    STORED AS PARQUET LOCATION 's3://analytics/lists/'`)
  assert.deepEqual(await queries.rows('SELECT * FROM lists ORDER BY n'), [
    ['1', '[10, 20, 30]', '[a, , c]'],
    ['2', '[]', '[]'],
    ['3', undefined, undefined],
    ['4', '[40]', '[d]'],
  ])
  assert.deepEqual(
    await queries.rows(
      'SELECT n, i, s FROM lists CROSS JOIN UNNEST(numbers, names) AS t (i, s) WHERE i > 20 ORDER BY i',
    ),
    [
      ['1', '30', 'c'],
      ['4', '40', 'd'],
    ],
  )
})

test('Grok takes lines apart by named patterns, its own too; a line that does not match is a row of NULLs', async () => {
  await put('grok/a.log', '127.0.0.1 GET /index.html 15824 0.043 q-7\nnothing\n10.0.0.9 PUT /x 3 1.5 q-8\n')
  await queries.succeed(`CREATE EXTERNAL TABLE requests (client string, verb string, path string, bytes int, took double, queue string)
    ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe'
    WITH SERDEPROPERTIES (
      'input.grokCustomPatterns' = 'QUEUE q-[0-9]+',
      'input.format' = '%{IP:client} %{WORD:verb} %{URIPATH:path} %{NUMBER:bytes} %{NUMBER:took} %{QUEUE:queue}')
    STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
    LOCATION 's3://analytics/grok/'`)
  assert.deepEqual(await queries.rows('SELECT * FROM requests ORDER BY client DESC NULLS LAST'), [
    ['127.0.0.1', 'GET', '/index.html', '15824', '0.043', 'q-7'],
    ['10.0.0.9', 'PUT', '/x', '3', '1.5', 'q-8'],
    Array(6).fill(undefined),
  ])
  assert.deepEqual(await queries.rows("SELECT sum(bytes) FROM requests WHERE verb = 'GET'"), [['15824']])
})

test('columns of Grok are found by the names of their patterns, one without a name by its own', async () => {
  await put(
    'mail/a.log',
    'Feb  9 07:15:00 east postfix/smtpd[19305]: B88C4120838: connect from unknown[192.168.55.4]\n',
  )
  await queries.succeed(`CREATE EXTERNAL TABLE mail (queue_id string, message string, syslogbase string, pid int)
    ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe'
    WITH SERDEPROPERTIES (
      "input.grokCustomPatterns" = "QUEUEID ([0-9A-F]){7,12}",
      "input.format" = "(%{SYSLOGBASE}) %{QUEUEID:queue_id}: %{GREEDYDATA:message}")
    LOCATION 's3://analytics/mail/'`)
  assert.deepEqual(await queries.rows('SELECT * FROM mail'), [
    [
      ...['B88C4120838', 'connect from unknown[192.168.55.4]'],
      ...['Feb  9 07:15:00 east postfix/smtpd[19305]:', '19305'],
    ],
  ])
})

const table = (name: string, keys: string, properties: Readonly<Record<string, string>>) =>
  queries.succeed(`CREATE EXTERNAL TABLE ${name} (v int) PARTITIONED BY (${keys})
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://analytics/${name}/'
    TBLPROPERTIES (${Object.entries({ 'projection.enabled': 'true', ...properties })
      .map(([key, value]) => `'${key}' = '${value}'`)
      .join(', ')})`)

test('projected partitions of enums and integers lie in folders of Hive’s kind, and only those that are projected are read', async () => {
  await table('enums', 'region string, hour int', {
    'projection.region.type': 'enum',
    'projection.region.values': 'east,west',
    'projection.hour.type': 'integer',
    'projection.hour.range': '0,23',
    'projection.hour.digits': '2',
  })
  await put('enums/region=east/hour=07/a.json', '{"v":1}\n')
  await put('enums/region=west/hour=23/a.json', '{"v":2}\n')
  await put('enums/region=north/hour=01/a.json', '{"v":3}\n')
  await put('enums/region=west/hour=8/a.json', '{"v":4}\n')
  assert.deepEqual(await queries.rows('SELECT region, hour, v FROM enums ORDER BY v'), [
    ['east', '7', '1'],
    ['west', '23', '2'],
  ])
  const one = await queries.succeed("SELECT v FROM enums WHERE region = 'west' AND hour BETWEEN 20 AND 23")
  assert.equal(one.Statistics?.DataScannedInBytes, 8)
})

test('projected dates lie where the template says, from the first day to now', async () => {
  await table('dates', 'day date', {
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy/MM/dd',
    'projection.day.range': '2025/10/01,NOW',
    'storage.location.template': `s3://analytics/other-place/${'$'}{day}/data`,
  })
  await put('other-place/2025/10/02/data/a.json', '{"v":2}\n')
  await put('other-place/2025/09/30/data/a.json', '{"v":1}\n')
  await put('dates/day=2025-10-03/a.json', '{"v":3}\n')
  const some = "day BETWEEN DATE '2025-09-01' AND DATE '2025-10-31'"
  assert.deepEqual(await queries.rows(`SELECT day, v FROM dates WHERE ${some}`), [['2025-10-02', '2']])
  assert.deepEqual(await queries.rows("SELECT v FROM dates WHERE day = DATE '2025-10-02'"), [['2']])
})

test('an injected column is what the WHERE says, and must be said', async () => {
  await table('injected', 'device string, year int', {
    'projection.device.type': 'injected',
    'projection.year.type': 'integer',
    'projection.year.range': '2024,2026',
    'storage.location.template': `s3://analytics/injected/${'$'}{device}/${'$'}{year}/`,
  })
  await put('injected/sensor-7/2025/a.json', '{"v":7}\n')
  await put('injected/sensor-8/2026/a.json', '{"v":8}\n')
  assert.deepEqual(
    await queries.rows("SELECT device, year, v FROM injected WHERE device IN ('sensor-7', 'sensor-8') ORDER BY v"),
    [
      ['sensor-7', '2025', '7'],
      ['sensor-8', '2026', '8'],
    ],
  )
  assert.match(
    await queries.fail('SELECT v FROM injected'),
    /^CONSTRAINT_VIOLATION: For the injected projected partition column device, the WHERE clause must contain only static equality conditions/,
  )
  await queries.succeed('CREATE VIEW seen AS SELECT device AS id, v FROM injected')
  assert.deepEqual(await queries.rows("SELECT v FROM seen WHERE id = 'sensor-8'"), [['8']])
})

test('what the catalog knows of partitions does not count where they are projected', async () => {
  await table('both', 'year int', { 'projection.year.type': 'integer', 'projection.year.range': '2025,2025' })
  await put('both/year=2024/a.json', '{"v":4}\n')
  await put('both/year=2025/a.json', '{"v":5}\n')
  await queries.succeed('ALTER TABLE both ADD PARTITION (year = 2024)')
  assert.deepEqual(await queries.rows('SELECT v FROM "both"'), [['5']])
  await queries.succeed("ALTER TABLE both SET TBLPROPERTIES ('projection.enabled' = 'false')")
  assert.deepEqual(await queries.rows('SELECT v FROM "both"'), [['4']])
})
