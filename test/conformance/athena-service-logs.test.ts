/** Tables over what AWS's services write, declared as AWS's guide declares them, with the AWS SDK: what they say of rows. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { lakeOfTables } from '../testing/athena.ts'

const { queries, put, close } = await lakeOfTables()
after(close)

test('an expression in double quotes takes lines apart, its backslashes read once', async () => {
  await put('requests/a.log', '# made up\n2025-10-15\t12:30:00\tNRT57 "GET /lake" 100%\n')
  await queries.succeed(String.raw`CREATE EXTERNAL TABLE requests (day date, at string, edge string, request string, share string)
    ROW FORMAT SERDE "org.apache.hadoop.hive.serde2.RegexSerDe"
    WITH SERDEPROPERTIES ("input.regex" = "^(?!#)([^ \t]+)\\s+([^ \t]+)\\s+(\\S+) \"([^\"]*)\" (\\d+\%)$")
    LOCATION "s3://analytics/requests/" TBLPROPERTIES ("skip.header.line.count" = "1")`)
  assert.deepEqual(await queries.rows('SELECT * FROM requests'), [
    ['2025-10-15', '12:30:00', 'NRT57', 'GET /lake', '100%'],
  ])
})

test('an expression with another number of groups than the table has columns fails the query', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE grouped (a string, b string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
    WITH SERDEPROPERTIES ("input.regex" = "(.*)") LOCATION 's3://analytics/requests/'`)
  assert.match(
    await queries.fail('SELECT a FROM grouped'),
    /^HIVE_CURSOR_ERROR: Number of matching groups doesn't match the number of columns/,
  )
})

const calls = {
  Records: [
    {
      eventName: 'PutRecord',
      userIdentity: { type: 'IAMUser', sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
      requestParameters: { streamName: 'temperature-stream', shardId: null },
      resources: [{ ARN: 'arn:aws:kinesis:1', accountId: '1' }],
    },
    { eventName: 'GetRecords', userIdentity: { type: 'Root' }, requestParameters: null },
  ],
}

for (const serde of ['com.amazon.emr.hive.serde.CloudTrailSerde', 'org.apache.hive.hcatalog.data.JsonSerDe'])
  test(`each record of a document of CloudTrail is a row for ${serde}`, async () => {
    const folder = `trail-${serde.split('.').at(-1)}`
    await put(`${folder}/AWSLogs/a.json.gz`, gzipSync(JSON.stringify(calls)))
    await put(`${folder}/AWSLogs/digest.json`, '{"digestStartTime":"2025-10-15T00:00:00Z"}')
    await queries.succeed('DROP TABLE IF EXISTS trail')
    await queries.succeed(`CREATE EXTERNAL TABLE trail (
        eventname STRING,
        useridentity STRUCT<type:STRING COMMENT 'who', sessionContext:STRUCT<attributes:STRUCT<mfaauthenticated:STRING>>>,
        requestparameters STRING, resources ARRAY<STRUCT<ARN:STRING, accountId:STRING>>)
      ROW FORMAT SERDE '${serde}'
      STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
      OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
      LOCATION 's3://analytics/${folder}'`)
    const asked = `SELECT eventname, useridentity.type, useridentity.sessioncontext.attributes.mfaauthenticated, requestparameters,
      json_extract_scalar(requestparameters, '$.streamName'), resources[1].arn FROM trail`
    assert.deepEqual(await queries.rows(`${asked} WHERE eventname = 'PutRecord'`), [
      [
        ...['PutRecord', 'IAMUser', 'true', '{"streamName":"temperature-stream","shardId":null}'],
        ...['temperature-stream', 'arn:aws:kinesis:1'],
      ],
    ])
    assert.deepEqual(await queries.rows("SELECT count(*), count_if(useridentity.type = 'Root') FROM trail"), [
      ['2', '1'],
    ])
    assert.match(await queries.fail("INSERT INTO trail (eventname) VALUES ('x')"), /hold several rows is not supported/)
    await put(`${folder}/AWSLogs/cut.json`, '{"Records":[{"eventName":')
    assert.match(await queries.fail('SELECT count(*) FROM trail'), /^HIVE_CURSOR_ERROR: Row is not a valid JSON Object/)
  })

test('objects that name objects are followed, and one that is gone is named', async () => {
  await put('inventory/data/a.csv.gz', gzipSync('"lake","raw/1"\n"lake","raw/2"\n'))
  await put('inventory/data/b.csv', '"lake","raw/3"\n')
  await put(
    'inventory/hive/dt=2025-10-15/symlink.txt',
    's3://analytics/inventory/data/a.csv.gz\ns3://analytics/inventory/data/b.csv',
  )
  await queries.succeed(`CREATE EXTERNAL TABLE inventory (bucket string, key string) PARTITIONED BY (dt string)
    ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
    STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'
    LOCATION 's3://analytics/inventory/hive/'`)
  await queries.succeed('MSCK REPAIR TABLE inventory')
  assert.deepEqual(await queries.rows('SELECT key, dt, "$path" FROM inventory ORDER BY key'), [
    ['raw/1', '2025-10-15', 's3://analytics/inventory/data/a.csv.gz'],
    ['raw/2', '2025-10-15', 's3://analytics/inventory/data/a.csv.gz'],
    ['raw/3', '2025-10-15', 's3://analytics/inventory/data/b.csv'],
  ])
  await put('inventory/hive/dt=2025-10-15/more.txt', 's3://analytics/inventory/data/gone.csv\n')
  assert.match(
    await queries.fail('SELECT * FROM inventory'),
    /^HIVE_CANNOT_OPEN_SPLIT: .*data\/gone\.csv, which is not there$/,
  )
})

test('lists and maps lie between the delimiters that the table names', async () => {
  await put('lists/a.txt', '1,2,3|a:1,b:2|5,hey\n-|-|-\n')
  await queries.succeed(`CREATE EXTERNAL TABLE lists (numbers array<int>, counts map<string,int>, pair struct<n:int,name:string>)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' COLLECTION ITEMS TERMINATED BY ',' MAP KEYS TERMINATED BY ':'
    NULL DEFINED AS '-' LOCATION 's3://analytics/lists/'`)
  assert.deepEqual(await queries.rows('SELECT numbers, counts, pair FROM lists'), [
    ['[1, 2, 3]', '{a=1, b=2}', '{n=5, name=hey}'],
    [undefined, undefined, undefined],
  ])
})

test('files of another layout than lines are refused by the name of their input format', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE sequence (line string) STORED AS
    INPUTFORMAT 'org.apache.hadoop.mapred.SequenceFileInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat'
    LOCATION 's3://analytics/requests/'`)
  assert.match(
    await queries.fail('SELECT * FROM sequence'),
    /^HIVE_UNSUPPORTED_FORMAT: .*SequenceFileInputFormat, which cannot be read here/,
  )
})

test('a line of twenty million characters is a row', async () => {
  await put('long/a.txt', `${'x'.repeat(20_000_000)},1\nshort,2\n`)
  await queries.succeed(`CREATE EXTERNAL TABLE long (a string, b int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION 's3://analytics/long/'`)
  assert.deepEqual(await queries.rows('SELECT length(a), b FROM long ORDER BY b'), [
    ['20000000', '1'],
    ['5', '2'],
  ])
})

test('what a table is clustered by is kept, shown and left alone by an INSERT', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE clustered (a int, b string) CLUSTERED BY (a) SORTED BY (b DESC) INTO 4 BUCKETS
    STORED AS PARQUET LOCATION 's3://analytics/clustered/'`)
  const shown = (await queries.rows('SHOW CREATE TABLE clustered')).map(([line]) => line).join('\n')
  assert.match(shown, /CLUSTERED BY \( \n {2}a\)\nSORTED BY \( \n {2}b DESC\)\nINTO 4 BUCKETS\n/)
  assert.match(
    await queries.fail("INSERT INTO clustered VALUES (1, 'x')"),
    /Inserting into a bucketed table is not supported/,
  )
  assert.match(
    await queries.fail(
      "CREATE EXTERNAL TABLE other (a int) CLUSTERED BY (nope) INTO 4 BUCKETS LOCATION 's3://analytics/o/'",
    ),
    /Invalid column reference nope/,
  )
})

const asParquet = `ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
  STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'
  OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'`
const flow = `SELECT 2 AS version, 'eni-1' AS interface_id, bigint '10' AS bytes, bigint '1760527800' AS start, bigint '1760527860' AS "end"`
const unload = (select: string, key: string) =>
  queries.succeed(`UNLOAD (${select}) TO 's3://analytics/${key}/' WITH (format = 'PARQUET')`)

test('flow logs of a VPC in Parquet are read, with the hours of their paths projected', async () => {
  await unload(flow, 'flows/AWSLogs/1/vpcflowlogs/us-east-1/2025/10/15/07')
  await queries.succeed(`CREATE EXTERNAL TABLE IF NOT EXISTS flows (version int, interface_id string, bytes bigint, start bigint,
      \`end\` bigint, vpc_id string) PARTITIONED BY (region string, date string, hour string) ${asParquet}
    LOCATION 's3://analytics/flows/AWSLogs/1/vpcflowlogs/'
    TBLPROPERTIES ("EXTERNAL"="true", "skip.header.line.count" = "1", "projection.enabled" = "true",
      "projection.region.type" = "enum", "projection.region.values" = "us-east-1,eu-west-1",
      "projection.date.type" = "date", "projection.date.range" = "2025/10/01,2025/10/31", "projection.date.format" = "yyyy/MM/dd",
      "projection.hour.type" = "integer", "projection.hour.range" = "00,23", "projection.hour.digits" = "2",
      "storage.location.template" = "s3://analytics/flows/AWSLogs/1/vpcflowlogs/\${region}/\${date}/\${hour}")`)
  assert.deepEqual(await queries.rows("SELECT * FROM flows WHERE region = 'us-east-1' AND hour = '07'"), [
    ['2', 'eni-1', '10', '1760527800', '1760527860', undefined, 'us-east-1', '2025/10/15', '07'],
  ])
})

test('flow logs of a VPC in Hive’s folders have partition columns with dashes', async () => {
  const folder = 'aws-account-id=1/aws-service=vpcflowlogs/aws-region=us-east-1/year=2025'
  await unload(flow, `hive_flows/AWSLogs/${folder}`)
  await queries.succeed(`CREATE EXTERNAL TABLE hive_flows (version int, start bigint, \`end\` bigint)
    PARTITIONED BY (\`aws-account-id\` string, \`aws-service\` string, \`aws-region\` string, \`year\` string) ${asParquet}
    LOCATION 's3://analytics/hive_flows/AWSLogs/' TBLPROPERTIES ('EXTERNAL'='true', 'skip.header.line.count'='1')`)
  await queries.succeed('MSCK REPAIR TABLE hive_flows')
  assert.deepEqual(await queries.rows('SHOW PARTITIONS hive_flows'), [[folder]])
  const asked = `SELECT "end" - start, "aws-region" FROM hive_flows WHERE "aws-account-id" = '1' AND year = '2025'`
  assert.deepEqual(await queries.rows(asked), [['60', 'us-east-1']])
})

test('fields of real-time logs may be left out by comments, and the last ones of a line be missing', async () => {
  await put('real_time/a', '1760527800.123\t192.0.2.1\t200\n1760527801.5\t-\n')
  await queries.succeed(`CREATE EXTERNAL TABLE IF NOT EXISTS real_time (\`timestamp\` STRING, c_ip STRING, /* ttfb BIGINT, */
      sc_status BIGINT, cs_host STRING -- the last one
    ) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LOCATION 's3://analytics/real_time/'`)
  assert.deepEqual(await queries.rows('SELECT * FROM real_time ORDER BY "timestamp"'), [
    ['1760527800.123', '192.0.2.1', '200', undefined],
    ['1760527801.5', '-', undefined, undefined],
  ])
})
