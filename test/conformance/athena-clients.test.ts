/** Athena from the AWS CLI and boto3, as people type it: step 7 of the runbook. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { account, client, region, startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake()
})
after(() => lake.close())

const bucket = 'temperature-analytics-bucket'
const makeBucket = [
  's3api',
  'create-bucket',
  '--bucket',
  bucket,
  '--create-bucket-configuration',
  'LocationConstraint=ap-northeast-1',
]

interface Execution {
  readonly QueryExecution: {
    readonly Status: { readonly State: string; readonly StateChangeReason?: string }
    readonly Statistics: { readonly DataScannedInBytes?: number }
  }
}

test('the CLI runs a repair and a SELECT, and reads the results', { skip: withoutAwsCli }, async () => {
  await awsJson(lake.url, makeBucket)
  const run = async (sql: string) => {
    const words = [
      '--query-execution-context',
      'Database=default',
      '--result-configuration',
      `OutputLocation=s3://${bucket}/athena-results/`,
    ]
    const started = await awsJson<{ QueryExecutionId: string }>(lake.url, [
      'athena',
      'start-query-execution',
      '--query-string',
      sql,
      ...words,
    ])
    const id = started.QueryExecutionId
    for (;;) {
      const { QueryExecution } = await awsJson<Execution>(lake.url, [
        'athena',
        'get-query-execution',
        '--query-execution-id',
        id,
      ])
      const { State, StateChangeReason } = QueryExecution.Status
      if (State === 'QUEUED' || State === 'RUNNING') continue
      assert.equal(State, 'SUCCEEDED', StateChangeReason ?? '')
      return awsJson<{ ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] } }>(lake.url, [
        'athena',
        'get-query-results',
        '--query-execution-id',
        id,
      ])
    }
  }
  // Each call of the CLI starts a Python: what is not its matter goes in by the door inside.
  const caller = { account, region }
  const columns = [
    { Name: 'device_id', Type: 'string' },
    { Name: 'temperature', Type: 'double' },
  ]
  const Location = `s3://${bucket}/curated/device_telemetry/`
  const SerdeInfo = {
    SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
    Parameters: { 'field.delim': ',' },
  }
  await lake.lake.invoke(caller, 'glue', 'CreateDatabase', { DatabaseInput: { Name: 'default' } })
  await lake.lake.invoke(caller, 'glue', 'CreateTable', {
    DatabaseName: 'default',
    TableInput: {
      Name: 'device_telemetry',
      StorageDescriptor: { Columns: columns, Location, SerdeInfo },
      PartitionKeys: ['year', 'month', 'day'].map(Name => ({ Name, Type: 'int' })),
    },
  })
  await new S3Client({ ...client(lake.url), forcePathStyle: true }).send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: 'curated/device_telemetry/year=2025/month=10/day=15/part-0.csv',
      Body: 'sensor-1,20\nsensor-1,22\nsensor-2,30\n',
    }),
  )
  const repaired = await run('MSCK REPAIR TABLE device_telemetry')
  assert.equal(
    repaired.ResultSet.Rows[1]?.Data[0]?.VarCharValue,
    'Repair: Added partition to metastore device_telemetry:year=2025/month=10/day=15',
  )
  const answered = await run(
    'SELECT device_id, AVG(temperature) AS avg_temp FROM device_telemetry WHERE year=2025 AND month=10 AND day=15 GROUP BY device_id ORDER BY avg_temp DESC',
  )
  assert.deepEqual(
    answered.ResultSet.Rows.map(row => row.Data.map(datum => datum.VarCharValue)),
    [
      ['device_id', 'avg_temp'],
      ['sensor-2', '30.0'],
      ['sensor-1', '21.0'],
    ],
  )
})

test('the CLI shows why a query was refused', { skip: withoutAwsCli }, async () => {
  const words = ['athena', 'start-query-execution', '--query-string', 'SELECT 1']
  const { code, err } = await aws(lake.url, words)
  assert.notEqual(code, 0)
  assert.match(err, /InvalidRequestException.*No output location provided/)
})

test('boto3 runs a query, waits as its users do, and pages through the rows', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `import boto3, time, json
s3 = boto3.client('s3')
try: s3.create_bucket(Bucket='${bucket}', CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
except s3.exceptions.BucketAlreadyOwnedByYou: pass
athena = boto3.client('athena')
started = athena.start_query_execution(QueryString='SELECT n FROM UNNEST(sequence(1, 1500)) AS t(n)', ResultConfiguration={'OutputLocation': 's3://${bucket}/boto/'})
while True:
    query = athena.get_query_execution(QueryExecutionId=started['QueryExecutionId'])['QueryExecution']
    if query['Status']['State'] not in ('QUEUED', 'RUNNING'): break
    time.sleep(0.05)
rows = []
for page in athena.get_paginator('get_query_results').paginate(QueryExecutionId=started['QueryExecutionId']):
    rows += [row['Data'][0]['VarCharValue'] for row in page['ResultSet']['Rows']]
try: athena.get_query_execution(QueryExecutionId='nobody')
except athena.exceptions.InvalidRequestException as error: refused = error.response['Error']['Message']
print(json.dumps([query['Status']['State'], query['Status'].get('StateChangeReason'), len(rows), rows[0], rows[-1], refused]))`,
  )
  assert.deepEqual(JSON.parse(out), ['SUCCEEDED', null, 1501, 'n', '1500', 'QueryExecution nobody was not found'])
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
