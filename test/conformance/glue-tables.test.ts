/**
 * What hangs on the catalog's databases and tables, as the SDK for JavaScript and boto3 see it: partition indexes, column
 * statistics, versions, user-defined functions, the search, who decides. It is kept over a restart.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  BatchCreatePartitionCommand,
  BatchDeleteTableVersionCommand,
  type ColumnStatistics,
  CreateDatabaseCommand,
  CreatePartitionIndexCommand,
  CreateTableCommand,
  CreateUserDefinedFunctionCommand,
  DeleteColumnStatisticsForTableCommand,
  DeleteDatabaseCommand,
  DeletePartitionCommand,
  DeletePartitionIndexCommand,
  DeleteUserDefinedFunctionCommand,
  GetColumnStatisticsForPartitionCommand,
  GetColumnStatisticsForTableCommand,
  GetDatabaseCommand,
  GetPartitionIndexesCommand,
  GetTableVersionsCommand,
  GetUserDefinedFunctionCommand,
  GetUserDefinedFunctionsCommand,
  GlueClient,
  SearchTablesCommand,
  type SearchTablesCommandInput,
  UpdateColumnStatisticsForPartitionCommand,
  UpdateColumnStatisticsForTableCommand,
  UpdateDatabaseCommand,
  UpdatePartitionCommand,
  UpdateTableCommand,
  UpdateUserDefinedFunctionCommand,
} from '@aws-sdk/client-glue'
import { openLake } from '../../src/lake.ts'
import { account, client, region, startLake, type TestLake } from '../testing/lake.ts'
import { python, withoutBoto3 } from '../testing/programs.ts'

let lake: TestLake & { close(): Promise<void> }
let glue: GlueClient
const place = { DatabaseName: 'weather', TableName: 'readings' }
const table = {
  Name: 'readings',
  Description: 'every minute',
  PartitionKeys: ['year', 'month', 'day', 'zone'].map(Name => ({ Name, Type: 'int' })),
  StorageDescriptor: { Location: 's3://lake/readings/', Columns: [{ Name: 'device', Type: 'string' }] },
}
before(async () => {
  lake = await startLake()
  glue = new GlueClient(client(lake.url))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'weather' } }))
  await glue.send(new CreateTableCommand({ DatabaseName: 'weather', TableInput: table }))
  const PartitionInputList = ['1', '2'].map(day => ({ Values: ['2025', '10', day, '9'] }))
  await glue.send(new BatchCreatePartitionCommand({ ...place, PartitionInputList }))
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  glue.destroy()
  await lake.close()
})

const index = (IndexName: string, ...Keys: string[]) =>
  new CreatePartitionIndexCommand({ ...place, PartitionIndex: { IndexName, Keys } })

test('a table has up to three partition indexes, each of its own name and keys', async () => {
  await glue.send(index('by-year', 'year'))
  await glue.send(index('by-month', 'year', 'month'))
  const { PartitionIndexDescriptorList: found } = await glue.send(new GetPartitionIndexesCommand(place))
  assert.deepEqual(found, [
    { IndexName: 'by-year', Keys: [{ Name: 'year', Type: 'int' }], IndexStatus: 'ACTIVE' },
    {
      IndexName: 'by-month',
      Keys: [
        { Name: 'year', Type: 'int' },
        { Name: 'month', Type: 'int' },
      ],
      IndexStatus: 'ACTIVE',
    },
  ])
  for (const [wrong, name, message] of [
    [index('x', 'device'), 'InvalidInputException', /IndexKeys not a part of PartitionColumns.*\[device\]/],
    [index('by-year', 'day'), 'AlreadyExistsException', /by-year already exists with the same name/],
    [index('again', 'year'), 'AlreadyExistsException', /by-year already exists with the same keys/],
  ] as const)
    await assert.rejects(glue.send(wrong), { name, message })
  await glue.send(index('turned', 'month', 'year'))
  await assert.rejects(glue.send(index('by-year', 'year')), {
    name: 'ResourceNumberLimitExceededException',
    message: 'Partition index limit exceeded. Maximum: 3',
  })
  const taken = new DeletePartitionIndexCommand({ ...place, IndexName: 'turned' })
  await glue.send(taken)
  await assert.rejects(glue.send(taken), { name: 'EntityNotFoundException', message: /turned does not exist/ })
  const unpartitioned = { Name: 'flat', StorageDescriptor: table.StorageDescriptor }
  const PartitionIndexes = [{ IndexName: 'i', Keys: ['device'] }]
  await assert.rejects(
    glue.send(new CreateTableCommand({ DatabaseName: 'weather', TableInput: unpartitioned, PartitionIndexes })),
    { name: 'InvalidInputException' },
  )
})

const analysed = new Date('2025-10-15T00:00:00Z')
const counts = { NumberOfNulls: 1, NumberOfDistinctValues: 7 }
const statistics: readonly ColumnStatistics[] = (
  [
    [
      'flag',
      'boolean',
      { Type: 'BOOLEAN', BooleanColumnStatisticsData: { NumberOfTrues: 3, NumberOfFalses: 4, NumberOfNulls: 0 } },
    ],
    [
      'day',
      'date',
      { Type: 'DATE', DateColumnStatisticsData: { MinimumValue: analysed, MaximumValue: analysed, ...counts } },
    ],
    ['n', 'bigint', { Type: 'LONG', LongColumnStatisticsData: { MinimumValue: -5, MaximumValue: 9, ...counts } }],
    ['x', 'double', { Type: 'DOUBLE', DoubleColumnStatisticsData: { MinimumValue: 0.5, ...counts } }],
    [
      'price',
      'decimal(9,2)',
      {
        Type: 'DECIMAL',
        DecimalColumnStatisticsData: {
          MaximumValue: { UnscaledValue: new Uint8Array([0x30, 0x39]), Scale: 2 },
          ...counts,
        },
      },
    ],
    [
      'device',
      'string',
      { Type: 'STRING', StringColumnStatisticsData: { MaximumLength: 9, AverageLength: 4.5, ...counts } },
    ],
    [
      'raw',
      'binary',
      { Type: 'BINARY', BinaryColumnStatisticsData: { MaximumLength: 9, AverageLength: 4, NumberOfNulls: 1 } },
    ],
  ] as const
).map(([ColumnName, ColumnType, StatisticsData]) => ({
  ColumnName,
  ColumnType,
  AnalyzedTime: analysed,
  StatisticsData,
}))
const names = statistics.map(({ ColumnName }) => ColumnName ?? '')
const missing = { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Statistics do not exist for this column' }

test('statistics of columns come back as they came, and what has none is named', async () => {
  const put = new UpdateColumnStatisticsForTableCommand({ ...place, ColumnStatisticsList: [...statistics] })
  assert.deepEqual((await glue.send(put)).Errors, [])
  const get = (...more: string[]) =>
    glue.send(new GetColumnStatisticsForTableCommand({ ...place, ColumnNames: [...names, ...more] }))
  const { ColumnStatisticsList, Errors } = await get('other')
  assert.deepEqual(ColumnStatisticsList, statistics)
  assert.deepEqual(Errors, [{ ColumnName: 'other', Error: missing }])
  const drop = new DeleteColumnStatisticsForTableCommand({ ...place, ColumnName: 'N' })
  await glue.send(drop)
  await glue.send(drop)
  assert.deepEqual((await get()).Errors, [{ ColumnName: 'n', Error: missing }])
  const [first] = statistics
  const wrong = { ...first, StatisticsData: { Type: 'LONG' } } as ColumnStatistics
  await assert.rejects(
    glue.send(new UpdateColumnStatisticsForTableCommand({ ...place, ColumnStatisticsList: [wrong] })),
    { name: 'InvalidInputException', message: /column flag is of type LONG/ },
  )
})

test("a partition's statistics are its own, and go where it goes", async () => {
  const at = (day: string) => ({ ...place, PartitionValues: ['2025', '10', day, '9'] })
  const ColumnStatisticsList = statistics.slice(0, 2)
  for (const day of ['1', '2'])
    await glue.send(new UpdateColumnStatisticsForPartitionCommand({ ...at(day), ColumnStatisticsList }))
  const found = async (day: string) => {
    const get = new GetColumnStatisticsForPartitionCommand({ ...at(day), ColumnNames: ['flag', 'day', 'x'] })
    return (await glue.send(get)).ColumnStatisticsList?.length
  }
  assert.deepEqual([await found('1'), await found('2')], [2, 2])
  const moved = { Values: at('3').PartitionValues }
  await glue.send(
    new UpdatePartitionCommand({ ...place, PartitionValueList: at('1').PartitionValues, PartitionInput: moved }),
  )
  assert.equal(await found('3'), 2)
  await glue.send(new DeletePartitionCommand(at('2')))
  await assert.rejects(found('2'), { name: 'EntityNotFoundException', message: 'Cannot find partition.' })
  const PartitionInputList = [{ Values: at('2').PartitionValues }]
  await glue.send(new BatchCreatePartitionCommand({ ...place, PartitionInputList }))
  assert.equal(await found('2'), 0)
})

test('versions are deleted many at once, but not the present one', async () => {
  for (const Owner of ['a', 'b', 'c'])
    await glue.send(new UpdateTableCommand({ DatabaseName: 'weather', TableInput: { ...table, Owner } }))
  const { Errors } = await glue.send(
    new BatchDeleteTableVersionCommand({ ...place, VersionIds: ['0', '1', '3', '9', 'x'] }),
  )
  assert.deepEqual(
    Errors?.map(({ TableName, VersionId, ErrorDetail }) => [TableName, VersionId, ErrorDetail?.ErrorCode]),
    [
      ['readings', '3', 'InvalidInputException'],
      ['readings', '9', 'EntityNotFoundException'],
      ['readings', 'x', 'InvalidInputException'],
    ],
  )
  const { TableVersions } = await glue.send(new GetTableVersionsCommand(place))
  assert.deepEqual(
    TableVersions?.map(({ VersionId }) => VersionId),
    ['3', '2'],
  )
})

test('functions of databases are made, changed, listed in pages and deleted', async () => {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'code' } }))
  const make = (FunctionName: string, more = {}) =>
    glue.send(new CreateUserDefinedFunctionCommand({ DatabaseName: 'code', FunctionInput: { FunctionName, ...more } }))
  const resources = [{ ResourceType: 'JAR' as const, Uri: 's3://lake/f.jar' }]
  await make('To_Celsius', { ClassName: 'a.B', OwnerName: 'me', OwnerType: 'USER', ResourceUris: resources })
  for (const name of ['to_kelvin', 'sum_up']) await make(name)
  await assert.rejects(make('to_celsius'), { name: 'AlreadyExistsException' })
  const get = (FunctionName: string) =>
    glue.send(new GetUserDefinedFunctionCommand({ DatabaseName: 'code', FunctionName }))
  const { UserDefinedFunction: found } = await get('to_celsius')
  assert.ok(found?.CreateTime instanceof Date)
  assert.deepEqual(
    { ...found, CreateTime: undefined },
    {
      FunctionName: 'to_celsius',
      DatabaseName: 'code',
      ClassName: 'a.B',
      OwnerName: 'me',
      OwnerType: 'USER',
      FunctionType: 'REGULAR_FUNCTION',
      ResourceUris: resources,
      CatalogId: account,
      CreateTime: undefined,
    },
  )
  const list = (NextToken?: string) =>
    glue.send(new GetUserDefinedFunctionsCommand({ Pattern: 'to_.*', MaxResults: 1, NextToken }))
  const first = await list()
  const second = await list(first.NextToken)
  assert.deepEqual(
    [first, second].map(page => page.UserDefinedFunctions?.map(one => one.FunctionName)),
    [['to_celsius'], ['to_kelvin']],
  )
  assert.equal(second.NextToken, undefined)
  const FunctionInput = { FunctionName: 'to_rankine', ClassName: 'a.C' }
  const update = { DatabaseName: 'code', FunctionName: 'to_kelvin', FunctionInput }
  await glue.send(new UpdateUserDefinedFunctionCommand(update))
  assert.equal((await get('to_rankine')).UserDefinedFunction?.ClassName, 'a.C')
  await glue.send(new DeleteUserDefinedFunctionCommand({ DatabaseName: 'code', FunctionName: 'to_rankine' }))
  await assert.rejects(get('to_rankine'), { name: 'EntityNotFoundException' })
  await glue.send(new DeleteDatabaseCommand({ Name: 'code' }))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'code' } }))
  await assert.rejects(get('sum_up'), { name: 'EntityNotFoundException', message: 'Function sum_up not found.' })
})

test('tables of all databases are found by words, by properties and by times, in order and in pages', async () => {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }))
  for (const [Name, Description] of [
    ['customer-link', 'who is who'],
    ['xxlinkyy', 'who is not'],
    ['orders', 'minute by minute'],
  ])
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: { Name, Description } }))
  const find = async (what: SearchTablesCommandInput) =>
    (await glue.send(new SearchTablesCommand(what))).TableList?.map(one => one.Name)
  assert.deepEqual(await find({ SearchText: 'minute' }), ['orders', 'readings'])
  assert.deepEqual(await find({ SearchText: '"every minute"' }), ['readings'])
  assert.deepEqual(await find({ SearchText: 'device' }), ['readings'])
  assert.deepEqual(await find({ Filters: [{ Key: 'Name', Value: 'link' }] }), ['customer-link'])
  const Filters = [{ Key: 'DatabaseName', Value: 'sales' }]
  const SortCriteria = [{ FieldName: 'Name', Sort: 'DESC' as const }]
  const first = await glue.send(new SearchTablesCommand({ Filters, SortCriteria, MaxResults: 2 }))
  assert.deepEqual(
    first.TableList?.map(one => one.Name),
    ['xxlinkyy', 'orders'],
  )
  assert.deepEqual(await find({ Filters, SortCriteria, NextToken: first.NextToken }), ['customer-link'])
  const later = [{ Key: 'CreateTime', Value: '2000-01-01T00:00:00Z', Comparator: 'LESS_THAN' as const }]
  assert.deepEqual(await find({ Filters: later }), [])
  assert.deepEqual(await find({ ResourceShareType: 'FOREIGN' }), [])
  for (const Key of ['Colour', 'constructor'])
    await assert.rejects(find({ Filters: [{ Key, Value: 'x' }] }), {
      name: 'InvalidInputException',
      message: /CreatedBy, Data/,
    })
})

test('a database says that IAM decides about its tables, and takes no other decider', async () => {
  const shown = async () =>
    (await glue.send(new GetDatabaseCommand({ Name: 'sales' }))).Database?.CreateTableDefaultPermissions
  const grant = (who: string, ...Permissions: ('ALL' | 'SELECT')[]) => [
    { Principal: { DataLakePrincipalIdentifier: who }, Permissions },
  ]
  assert.deepEqual(await shown(), grant('IAM_ALLOWED_PRINCIPALS', 'ALL'))
  const update = (CreateTableDefaultPermissions: ReturnType<typeof grant>) =>
    glue.send(
      new UpdateDatabaseCommand({ Name: 'sales', DatabaseInput: { Name: 'sales', CreateTableDefaultPermissions } }),
    )
  await update(grant('IAM_ALLOWED_PRINCIPALS', 'SELECT'))
  assert.deepEqual(await shown(), grant('IAM_ALLOWED_PRINCIPALS', 'SELECT'))
  for (const wrong of [grant('arn:aws:iam::111122223333:role/r', 'ALL'), []])
    await assert.rejects(update(wrong), { name: 'InvalidInputException', message: /IAM alone decides/ })
})

test('boto3 writes statistics and walks the pages of versions', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3, datetime
glue = boto3.client('glue')
glue.create_database(DatabaseInput={'Name': 'py'})
glue.create_table(DatabaseName='py', TableInput={'Name': 't', 'StorageDescriptor': {'Columns': [{'Name': 'n', 'Type': 'bigint'}]}})
for i in range(4):
    glue.update_table(DatabaseName='py', TableInput={'Name': 't', 'Owner': str(i), 'StorageDescriptor': {'Columns': [{'Name': 'n', 'Type': 'bigint'}]}})
place = dict(DatabaseName='py', TableName='t')
figures = {'MinimumValue': 1, 'MaximumValue': 2, 'NumberOfNulls': 0, 'NumberOfDistinctValues': 2}
glue.update_column_statistics_for_table(**place, ColumnStatisticsList=[{'ColumnName': 'n', 'ColumnType': 'bigint', 'AnalyzedTime': datetime.datetime(2025, 1, 1), 'StatisticsData': {'Type': 'LONG', 'LongColumnStatisticsData': figures}}])
got = glue.get_column_statistics_for_table(**place, ColumnNames=['n'])
print(got['ColumnStatisticsList'][0]['StatisticsData']['LongColumnStatisticsData'] == figures, got['Errors'])
pages = glue.get_paginator('get_table_versions').paginate(**place, PaginationConfig={'PageSize': 2})
print([v['VersionId'] for page in pages for v in page['TableVersions']])
`,
  )
  assert.equal(out, "True []\n['4', '3', '2', '1', '0']\n")
})

test('all of it is there after a restart', async () => {
  const make = { DatabaseName: 'code', FunctionInput: { FunctionName: 'kept' } }
  await glue.send(new CreateUserDefinedFunctionCommand(make))
  const { directory } = lake
  await lake.lake.close()
  const again = await openLake({ directory, region })
  try {
    const { glue } = again.aws
    const [{ ColumnStatisticsList }, indexes, found] = await Promise.all([
      glue.GetColumnStatisticsForTable({ ...place, ColumnNames: ['flag'] }),
      glue.GetPartitionIndexes(place),
      glue.GetUserDefinedFunction({ DatabaseName: 'code', FunctionName: 'kept' }),
    ])
    assert.deepEqual(
      [
        ColumnStatisticsList?.length,
        indexes.PartitionIndexDescriptorList?.map(one => one.IndexName),
        found.UserDefinedFunction?.FunctionName,
      ],
      [1, ['by-year', 'by-month'], 'kept'],
    )
  } finally {
    await again.close()
  }
})
