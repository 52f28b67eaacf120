// The Data Catalog as the AWS SDK for JavaScript, the AWS CLI and boto3 see it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchDeleteTableCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeletePartitionCommand,
  DeleteTableVersionCommand,
  GetCatalogImportStatusCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetPartitionCommand,
  GetPartitionIndexesCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  GetTableVersionCommand,
  GetTableVersionsCommand,
  GetTagsCommand,
  GlueClient,
  paginateGetPartitions,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDatabaseCommand,
  UpdatePartitionCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import { account, client, region, startLake, type TestLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: TestLake & { close(): Promise<void> }
let glue: GlueClient
before(async () => {
  lake = await startLake()
  glue = new GlueClient(client(lake.url))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'Telemetry', Description: 'of devices' } }))
  await glue.send(new CreateTableCommand({ DatabaseName: 'telemetry', TableInput: table }))
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

const place = { DatabaseName: 'telemetry', TableName: 'device_telemetry' }
const table = {
  Name: 'Device_Telemetry',
  TableType: 'EXTERNAL_TABLE',
  Parameters: { classification: 'parquet' },
  PartitionKeys: [
    { Name: 'year', Type: 'int' },
    { Name: 'month', Type: 'int' },
  ],
  StorageDescriptor: {
    Columns: [{ Name: 'device_id', Type: 'string', Comment: 'who' }],
    Location: 's3://analytics/curated/device_telemetry/',
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    SerdeInfo: {
      SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
      Parameters: { 'serialization.format': '1' },
    },
    SortColumns: [{ Column: 'device_id', SortOrder: 1 }],
  },
}

test('a database comes back in lower case with its description and its time', async () => {
  const { Database } = await glue.send(new GetDatabaseCommand({ Name: 'TELEMETRY' }))
  assert.deepEqual([Database?.Name, Database?.Description, Database?.CatalogId], ['telemetry', 'of devices', account])
  assert.ok(Database?.CreateTime instanceof Date)
  await glue.send(
    new UpdateDatabaseCommand({ Name: 'telemetry', DatabaseInput: { Name: 'telemetry', LocationUri: 's3://x/' } }),
  )
  const { DatabaseList } = await glue.send(new GetDatabasesCommand({ MaxResults: 1 }))
  assert.deepEqual(
    DatabaseList?.map(({ Name, LocationUri }) => [Name, LocationUri]),
    [['telemetry', 's3://x/']],
  )
  assert.equal((await glue.send(new GetCatalogImportStatusCommand({}))).ImportStatus?.ImportCompleted, true)
})

for (const [what, command, name, message] of [
  [
    'an unknown database',
    new GetDatabaseCommand({ Name: 'Nope' }),
    'EntityNotFoundException',
    'Database Nope not found.',
  ],
  [
    'an unknown table',
    new GetTableCommand({ DatabaseName: 'telemetry', Name: 'nope' }),
    'EntityNotFoundException',
    'Table nope not found.',
  ],
  [
    'a table in an unknown database',
    new GetTableCommand({ DatabaseName: 'nope', Name: 'nope' }),
    'EntityNotFoundException',
    'Database nope not found.',
  ],
  [
    'a database that is there',
    new CreateDatabaseCommand({ DatabaseInput: { Name: 'telemetry' } }),
    'AlreadyExistsException',
    'Database already exists.',
  ],
  [
    'a table that is there',
    new CreateTableCommand({ DatabaseName: 'telemetry', TableInput: table }),
    'AlreadyExistsException',
    'Table already exists.',
  ],
  [
    'an unknown partition',
    new GetPartitionCommand({ ...place, PartitionValues: ['1', '1'] }),
    'EntityNotFoundException',
    'Cannot find partition.',
  ],
  [
    'too few values',
    new CreatePartitionCommand({ ...place, PartitionInput: { Values: ['1'] } }),
    'InvalidInputException',
    'The number of partition keys do not match the number of partition values',
  ],
  [
    "another account's catalog",
    new GetDatabasesCommand({ CatalogId: '999999999999' }),
    'EntityNotFoundException',
    /Catalog 999999999999 not found/,
  ],
  [
    'an unreadable expression',
    new GetPartitionsCommand({ ...place, Expression: 'year ~ 1' }),
    'InvalidInputException',
    /position 6/,
  ],
] as const)
  test(`${what} is answered in Glue's words`, async () => {
    await assert.rejects(glue.send(command as GetDatabaseCommand), { name, message })
  })

test('a table comes back as it was declared, and its versions rise', async () => {
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'telemetry', Name: 'device_telemetry' }))
  assert.equal(Table?.Name, 'device_telemetry')
  assert.deepEqual(Table.StorageDescriptor?.Columns, table.StorageDescriptor.Columns)
  assert.deepEqual(Table.StorageDescriptor?.SerdeInfo, table.StorageDescriptor.SerdeInfo)
  assert.deepEqual(Table.StorageDescriptor?.SortColumns, table.StorageDescriptor.SortColumns)
  assert.deepEqual(Table.PartitionKeys, table.PartitionKeys)
  assert.deepEqual([Table.VersionId, Table.CreatedBy], ['0', `arn:aws:iam::${account}:root`])
  await glue.send(
    new UpdateTableCommand({ DatabaseName: 'telemetry', TableInput: { ...table, Owner: 'me' }, VersionId: '0' }),
  )
  const stale = new UpdateTableCommand({ DatabaseName: 'telemetry', TableInput: table, VersionId: '0' })
  await assert.rejects(glue.send(stale), { name: 'ConcurrentModificationException' })
  const versions = () => glue.send(new GetTableVersionsCommand({ ...place }))
  assert.deepEqual(
    (await versions()).TableVersions?.map(({ VersionId, Table }) => [VersionId, Table?.Owner]),
    [
      ['1', 'me'],
      ['0', undefined],
    ],
  )
  const version = (VersionId: string) => glue.send(new GetTableVersionCommand({ ...place, VersionId }))
  assert.equal((await version('0')).TableVersion?.VersionId, '0')
  await assert.rejects(version('20'), { name: 'EntityNotFoundException' })
  await assert.rejects(version('20th'), { name: 'InvalidInputException' })
  await glue.send(new DeleteTableVersionCommand({ ...place, VersionId: '0' }))
  assert.equal((await versions()).TableVersions?.length, 1)
  assert.deepEqual((await glue.send(new GetPartitionIndexesCommand(place))).PartitionIndexDescriptorList, [])
})

test('tables are listed by pattern, in pages, and deleted many at once', async () => {
  const names = ['t_a', 't_b', 't_c']
  for (const Name of names) await glue.send(new CreateTableCommand({ DatabaseName: 'telemetry', TableInput: { Name } }))
  const first = await glue.send(new GetTablesCommand({ DatabaseName: 'telemetry', Expression: 't_.*', MaxResults: 2 }))
  const { NextToken } = first
  const second = await glue.send(new GetTablesCommand({ DatabaseName: 'telemetry', Expression: 't_.*', NextToken }))
  assert.deepEqual(
    [first, second].flatMap(({ TableList }) => TableList?.map(({ Name }) => Name)),
    names,
  )
  assert.equal(second.NextToken, undefined)
  const { Errors } = await glue.send(
    new BatchDeleteTableCommand({ DatabaseName: 'telemetry', TablesToDelete: [...names, 'none'] }),
  )
  assert.deepEqual(
    Errors?.map(({ TableName, ErrorDetail }) => [TableName, ErrorDetail?.ErrorCode]),
    [['none', 'EntityNotFoundException']],
  )
})

test('partitions are created, filtered, paged, changed and deleted', async () => {
  const input = (year: number, month: number) => ({
    Values: [String(year), String(month)],
    StorageDescriptor: { ...table.StorageDescriptor, Location: `s3://analytics/${year}/${month}/` },
  })
  await glue.send(new CreatePartitionCommand({ ...place, PartitionInput: input(2024, 1) }))
  const list = [2024, 2025].flatMap(year => Array.from({ length: 12 }, (_, i) => input(year, i + 1)))
  const { Errors } = await glue.send(new BatchCreatePartitionCommand({ ...place, PartitionInputList: list }))
  assert.deepEqual(
    Errors?.map(({ PartitionValues, ErrorDetail }) => [PartitionValues, ErrorDetail?.ErrorCode]),
    [[['2024', '1'], 'AlreadyExistsException']],
  )
  const select = async (Expression: string) => {
    const found: string[] = []
    for await (const page of paginateGetPartitions(
      { client: glue, pageSize: 5 },
      { ...place, Expression, ExcludeColumnSchema: true },
    ))
      for (const { Values, StorageDescriptor } of page.Partitions ?? []) {
        assert.equal(StorageDescriptor?.Columns, undefined)
        found.push(Values?.join('/') ?? '')
      }
    return found.sort()
  }
  assert.equal((await select('')).length, 24)
  assert.deepEqual(await select('year = 2025 AND month BETWEEN 9 AND 10'), ['2025/10', '2025/9'])
  assert.deepEqual(await select('year=2024 and (month in (1,2) or month > 11)'), ['2024/1', '2024/12', '2024/2'])
  const segments = await Promise.all(
    [0, 1, 2].map(SegmentNumber =>
      glue.send(new GetPartitionsCommand({ ...place, Segment: { SegmentNumber, TotalSegments: 3 } })),
    ),
  )
  assert.equal(new Set(segments.flatMap(({ Partitions }) => Partitions?.map(({ Values }) => Values?.join()))).size, 24)

  await glue.send(
    new UpdatePartitionCommand({
      ...place,
      PartitionValueList: ['2025', '12'],
      PartitionInput: { ...input(2026, 1), Parameters: { a: 'b' } },
    }),
  )
  await glue.send(
    new BatchUpdatePartitionCommand({
      ...place,
      Entries: [{ PartitionValueList: ['2025', '11'], PartitionInput: { ...input(2025, 11), Parameters: { c: 'd' } } }],
    }),
  )
  const { Partitions, UnprocessedKeys } = await glue.send(
    new BatchGetPartitionCommand({
      ...place,
      PartitionsToGet: [{ Values: ['2026', '1'] }, { Values: ['2025', '11'] }, { Values: ['2025', '12'] }],
    }),
  )
  assert.deepEqual([Partitions?.map(({ Parameters }) => Parameters), UnprocessedKeys], [[{ a: 'b' }, { c: 'd' }], []])
  await glue.send(new DeletePartitionCommand({ ...place, PartitionValues: ['2026', '1'] }))
  await glue.send(new BatchDeletePartitionCommand({ ...place, PartitionsToDelete: [{ Values: ['2025', '11'] }] }))
  assert.equal((await select('year >= 2025')).length, 10)
})

test('a database can be tagged', async () => {
  const ResourceArn = `arn:aws:glue:${region}:${account}:database/telemetry`
  await glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd: { team: 'lake', cost: '1' } }))
  await glue.send(new UntagResourceCommand({ ResourceArn, TagsToRemove: ['cost'] }))
  assert.deepEqual((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags, { team: 'lake' })
  const unknown = `arn:aws:glue:${region}:${account}:database/none`
  await assert.rejects(glue.send(new GetTagsCommand({ ResourceArn: unknown })), { name: 'EntityNotFoundException' })
})

test('a deleted database is gone with its tables', async () => {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'short' } }))
  await glue.send(new CreateTableCommand({ DatabaseName: 'short', TableInput: table }))
  await glue.send(new DeleteDatabaseCommand({ Name: 'short' }))
  await assert.rejects(glue.send(new GetTableCommand({ DatabaseName: 'short', Name: 'device_telemetry' })), {
    message: 'Database short not found.',
  })
})

test('the AWS CLI creates and shows databases and tables', { skip: withoutAwsCli }, async () => {
  await awsJson(lake.url, ['glue', 'create-database', '--database-input', 'Name=cli_db'])
  const input = JSON.stringify({ ...table, Name: 'cli_table' })
  await awsJson(lake.url, ['glue', 'create-table', '--database-name', 'cli_db', '--table-input', input])
  const shown = await awsJson<{ TableList: { Name: string }[] }>(lake.url, [
    'glue',
    'get-tables',
    '--database-name',
    'cli_db',
  ])
  assert.deepEqual(
    shown.TableList.map(({ Name }) => Name),
    ['cli_table'],
  )
})

test('boto3 pages through partitions', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3
glue = boto3.client('glue')
glue.create_database(DatabaseInput={'Name': 'py_db'})
glue.create_table(DatabaseName='py_db', TableInput={'Name': 't', 'PartitionKeys': [{'Name': 'd', 'Type': 'date'}], 'StorageDescriptor': {'Location': 's3://b/t/'}})
for i in range(3):
    glue.batch_create_partition(DatabaseName='py_db', TableName='t', PartitionInputList=[{'Values': ['2025-%02d-%02d' % (i + 1, d + 1)]} for d in range(20)])
pages = glue.get_paginator('get_partitions').paginate(DatabaseName='py_db', TableName='t', Expression="d >= '2025-02-15'", PaginationConfig={'PageSize': 7})
print(sum(len(page['Partitions']) for page in pages))
try:
    glue.get_table(DatabaseName='py_db', Name='x')
except glue.exceptions.EntityNotFoundException as e:
    print(e.response['Error']['Message'])
`,
  )
  assert.equal(out, '26\nTable x not found.\n')
})
