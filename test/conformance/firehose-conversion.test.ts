/**
 * JSON that becomes Parquet by a Glue table's columns, over the wire: read by Athena and, where it is installed, by
 * pyarrow; what does not fit the columns lies under the error prefix with its raw data, and nothing is lost.
 */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import type { DataFormatConversionConfiguration, Deserializer, ParquetSerDe } from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient, UpdateTableCommand } from '@aws-sdk/client-glue'
import { errorLines, firehoseRole, processor, startDeliveries } from '../testing/deliveries.ts'
import { account, client, region } from '../testing/lake.ts'
import { python } from '../testing/programs.ts'
import { works } from '../testing/works.ts'

let deliveries: Awaited<ReturnType<typeof startDeliveries>>
let glue: GlueClient

before(async () => {
  deliveries = await startDeliveries()
  glue = new GlueClient(client(deliveries.url))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  await deliveries.bucket('answers')
})
after(async () => {
  glue.destroy()
  await deliveries.close()
})

const withoutPyarrow = (await works('python3', ['-c', 'import pyarrow'])) ? false : 'pyarrow is not installed'

type Columns = Readonly<Record<string, string>>
const tableInput = (name: string, columns: Columns) => ({
  Name: name,
  TableType: 'EXTERNAL_TABLE',
  StorageDescriptor: {
    Columns: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })),
    Location: `s3://${name}/data/`,
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
  },
})

interface Converting {
  readonly columns: Columns
  readonly deserializer?: Deserializer
  readonly parquet?: ParquetSerDe
}

/** A table and a delivery stream that converts by it, both with this name. */
async function create(name: string, { columns, deserializer, parquet = {} }: Converting, extended = {}) {
  await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput: tableInput(name, columns) }))
  const DataFormatConversionConfiguration: DataFormatConversionConfiguration = {
    SchemaConfiguration: { RoleARN: firehoseRole, DatabaseName: 'lake', TableName: name },
    InputFormatConfiguration: { Deserializer: deserializer ?? { OpenXJsonSerDe: {} } },
    OutputFormatConfiguration: { Serializer: { ParquetSerDe: parquet } },
  }
  await deliveries.create(name, {
    Prefix: 'data/',
    ErrorOutputPrefix: 'failed/',
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
    DataFormatConversionConfiguration,
    ...extended,
  })
}

/** Rows as texts, without the header. */
async function athena(sql: string): Promise<readonly (readonly (string | undefined)[])[]> {
  const api = new AthenaClient(client(deliveries.url))
  const ResultConfiguration = { OutputLocation: 's3://answers/' }
  const { QueryExecutionId = '' } = await api.send(
    new StartQueryExecutionCommand({ QueryString: sql, ResultConfiguration }),
  )
  for (;;) {
    const { QueryExecution } = await api.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    const { State, StateChangeReason } = QueryExecution?.Status ?? {}
    if (State === 'QUEUED' || State === 'RUNNING') continue
    assert.equal(State, 'SUCCEEDED', StateChangeReason ?? '')
    const { ResultSet } = await api.send(new GetQueryResultsCommand({ QueryExecutionId }))
    api.destroy()
    return (ResultSet?.Rows ?? []).slice(1).map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue))
  }
}

/** What pyarrow says of the only object: `expression` over `table` and `meta`. */
async function pyarrow(bucket: string, expression: string): Promise<unknown> {
  const [object] = await deliveries.objects(bucket, 'data/')
  const file = join(deliveries.directory, `${bucket}.parquet`)
  await writeFile(file, object?.bytes ?? '')
  const program = `
import json, pyarrow.parquet as parquet
table, meta = parquet.read_table("${file}"), parquet.ParquetFile("${file}").metadata
print(json.dumps(${expression}, default=str))`
  return JSON.parse(await python(deliveries.url, program))
}

const readings: Columns = {
  device: 'string',
  at: 'timestamp',
  day: 'date',
  temperature: 'double',
  count: 'int',
  total: 'bigint',
  price: 'decimal(10,2)',
  good: 'boolean',
  tags: 'array<string>',
  place: 'struct<lat:double,name:string>',
  limits: 'map<string,int>',
}
const reading = {
  device: 'sensor-1',
  at: '2025-10-15 12:30:01.5',
  day: '2025-10-15',
  temperature: 21.5,
  count: 3,
  total: '9007199254740993',
  price: 12.34,
  good: true,
  tags: ['a', 'b'],
  place: { lat: 35.6, name: 'Tokyo' },
  limits: { high: 30 },
}
/** Its large number with all digits, which JavaScript's own would not keep. */
const json = (value: object) => JSON.stringify(value).replace('"9007199254740993"', '9007199254740993')

test('records of every type become one Parquet object that Athena reads', async () => {
  await create('readings', { columns: readings })
  await deliveries.put('readings', json(reading), `${json({ device: 'sensor-2' })}\n`, json({ ...reading, other: 1 }))
  await deliveries.advance(60)
  const [object, ...others] = await deliveries.objects('readings')
  assert.ok(object && others.length === 0)
  assert.match(object.key, /^data\/2025\/10\/15\/03\/readings-1-2025-10-15-03-30-\d\d-[0-9a-f-]{36}\.parquet$/)
  assert.equal(object.bytes.subarray(0, 4).toString(), 'PAR1')
  const rows = await athena(
    `SELECT device, "at", day, temperature, count, total, price, good, tags[2], place.name, limits['high'] FROM lake.readings ORDER BY device, count`,
  )
  const full = [
    ...['sensor-1', '2025-10-15 12:30:01.500', '2025-10-15', '21.5', '3', '9007199254740993', '12.34', 'true'],
    ...['b', 'Tokyo', '30'],
  ]
  assert.deepEqual(rows, [full, full, ['sensor-2', ...full.slice(1).map(() => undefined)]])
})

test('pyarrow reads the columns, their order and types, in SNAPPY', { skip: withoutPyarrow }, async () => {
  await create('arrow', { columns: readings })
  await deliveries.put('arrow', json(reading))
  await deliveries.advance(60)
  assert.deepEqual(await pyarrow('arrow', 'table.schema.names'), Object.keys(readings))
  assert.deepEqual(await pyarrow('arrow', '[str(type) for type in table.schema.types]'), [
    ...['string', 'timestamp[us]', 'date32[day]', 'double', 'int32', 'int64', 'decimal128(10, 2)', 'bool'],
    ...['list<element: string>', 'struct<lat: double, name: string>', "map<string, int32 ('limits')>"],
  ])
  assert.equal(await pyarrow('arrow', 'meta.row_group(0).column(0).compression'), 'SNAPPY')
  assert.equal(await pyarrow('arrow', 'table.column("total")[0].as_py() == 9007199254740993'), true)
})

for (const Compression of ['GZIP', 'UNCOMPRESSED'] as const) {
  test(`the compression ${Compression} is inside the file`, { skip: withoutPyarrow }, async () => {
    const name = `inside-${Compression.toLowerCase()}`
    await create(name, { columns: { device: 'string' }, parquet: { Compression } })
    await deliveries.put(name, '{"device":"a"}')
    await deliveries.advance(60)
    assert.equal(await pyarrow(name, 'meta.row_group(0).column(0).compression'), Compression)
  })
}

test('what does not fit lies under the error prefix with its raw data, the others are converted', async () => {
  await create('misfits', { columns: { device: 'string', count: 'int' } })
  const good = ['{"device":"a","count":1}', '{"device":"b","count":2}']
  const bad = ['{"device":"c","count":"many"}', 'no json', '{"device":"d"']
  await deliveries.put('misfits', good[0] ?? '', ...bad, good[1] ?? '')
  await deliveries.advance(60)
  assert.deepEqual(await athena('SELECT device, count FROM lake.misfits ORDER BY device'), [
    ['a', '1'],
    ['b', '2'],
  ])
  const [failed, ...others] = await deliveries.objects('misfits', 'failed/')
  assert.ok(failed && others.length === 0)
  assert.match(failed.key, /^failed\/format-conversion-failed\/2025\/10\/15\/03\/misfits-1-/)
  const lines = errorLines(failed)
  assert.deepEqual(lines.map(line => Buffer.from(String(line.rawData), 'base64').toString()).toSorted(), bad.toSorted())
  for (const { lastErrorCode, lastErrorMessage, attemptsMade, dataCatalogTable } of lines) {
    assert.match(String(lastErrorCode), /^DataFormatConversion\.(ParseError|MalformedData)$/)
    assert.ok(lastErrorMessage)
    assert.equal(attemptsMade, 1)
    const { databaseName, tableName, catalogId, region: at } = dataCatalogTable as Record<string, string>
    assert.deepEqual([databaseName, tableName, catalogId, at], ['lake', 'misfits', account, region])
  }
})

test('keys are taken in any case, with dots as underscores and by mappings, as the OpenX SerDe says', async () => {
  const columns = { device_id: 'string', ts: 'bigint', a_b: 'int' }
  const mappings = { ConvertDotsInJsonKeysToUnderscores: true, ColumnToJsonKeyMappings: { ts: 'timestamp' } }
  await create('openx', { columns, deserializer: { OpenXJsonSerDe: mappings } })
  await deliveries.put('openx', '{"Device_ID":"x","timestamp":5,"a.b":7}')
  await deliveries.advance(60)
  assert.deepEqual(await athena('SELECT device_id, ts, a_b FROM lake.openx'), [['x', '5', '7']])
})

test('timestamps are read in the formats that the Hive SerDe names', async () => {
  const hive = { HiveJsonSerDe: { TimestampFormats: ['millis', "yyyy/MM/dd'T'HH:mm:ss"] } }
  await create('hive', { columns: { n: 'int', at: 'timestamp' }, deserializer: hive })
  await deliveries.put('hive', '{"n":1,"at":1760531400123}', `{"n":2,"at":"2025/10/15T12:30:00"}`)
  await deliveries.advance(60)
  assert.deepEqual(await athena('SELECT n, "at" FROM lake.hive ORDER BY n'), [
    ['1', '2025-10-15 12:30:00.123'],
    ['2', '2025-10-15 12:30:00.000'],
  ])
})

test('a table that gets a column is followed from the next delivery on', async () => {
  await create('followed', { columns: { a: 'int' } })
  await deliveries.put('followed', '{"a":1,"b":2}')
  await deliveries.advance(60)
  const TableInput = tableInput('followed', { a: 'int', b: 'int' })
  await glue.send(new UpdateTableCommand({ DatabaseName: 'lake', TableInput }))
  await deliveries.put('followed', '{"a":3,"b":4}')
  await deliveries.advance(60)
  assert.deepEqual(await athena('SELECT a, b FROM lake.followed ORDER BY a'), [
    ['1', undefined],
    ['3', '4'],
  ])
})

test('partitions are converted each into its own object', async () => {
  await create(
    'partitions',
    { columns: { device: 'string', n: 'int' } },
    {
      Prefix: 'data/device=!{partitionKeyFromQuery:device}/',
      ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/',
      DynamicPartitioningConfiguration: { Enabled: true },
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          processor('RecordDeAggregation', { SubRecordType: 'JSON' }),
          processor('MetadataExtraction', {
            MetadataExtractionQuery: '{device: .device}',
            JsonParsingEngine: 'JQ-1.6',
          }),
        ],
      },
    },
  )
  await deliveries.put('partitions', '{"device":"x","n":1}{"device":"y","n":2}', '{"device":"x","n":3}')
  await deliveries.advance(60)
  const objects = await deliveries.objects('partitions')
  assert.deepEqual(
    objects.map(({ key }) => key.replace(/partitions-1-.*(\.\w+)$/, '$1')),
    ['data/device=x/.parquet', 'data/device=y/.parquet'],
  )
  assert.deepEqual(
    await athena('SELECT "$path", n FROM lake.partitions ORDER BY n').then(rows => rows.map(([, n]) => n)),
    ['1', '2', '3'],
  )
})
