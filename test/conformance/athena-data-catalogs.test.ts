/** Athena's data catalogs with the AWS SDK: further names for the Glue catalog, and those that are kept and not asked. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AthenaClient,
  CreateDataCatalogCommand,
  DeleteDataCatalogCommand,
  GetDataCatalogCommand,
  GetQueryExecutionCommand,
  GetTableMetadataCommand,
  ListDatabasesCommand,
  ListDataCatalogsCommand,
  ListTagsForResourceCommand,
  StartQueryExecutionCommand,
  TagResourceCommand,
  UpdateDataCatalogCommand,
} from '@aws-sdk/client-athena'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { account, client, region, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let athena: AthenaClient

before(async () => {
  lake = await startLake()
  athena = new AthenaClient(client(lake.url))
  const s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake', CreateBucketConfiguration: { LocationConstraint: region } }))
  const glue = new GlueClient(client(lake.url))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }))
  await glue.send(
    new CreateTableCommand({
      DatabaseName: 'sales',
      TableInput: {
        Name: 'orders',
        Description: 'what was ordered',
        TableType: 'EXTERNAL_TABLE',
        Parameters: { classification: 'csv' },
        StorageDescriptor: {
          Columns: [{ Name: 'id', Type: 'int' }],
          Location: 's3://lake/orders/',
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          SerdeInfo: {
            SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            Parameters: { 'field.delim': '\t' },
          },
        },
      },
    }),
  )
})
after(() => lake.close())

const start = (Catalog: string, QueryString = 'SELECT count(*) FROM orders') =>
  athena.send(
    new StartQueryExecutionCommand({
      QueryString,
      QueryExecutionContext: { Catalog, Database: 'sales' },
      ResultConfiguration: { OutputLocation: 's3://lake/results/' },
    }),
  )

test('a data catalog with the own account is a further name for the Glue catalog', async () => {
  await athena.send(
    new CreateDataCatalogCommand({
      Name: 'Here',
      Type: 'GLUE',
      Description: 'ours',
      Parameters: { 'catalog-id': account },
      Tags: [{ Key: 'team', Value: 'a' }],
    }),
  )
  const { DataCatalog } = await athena.send(new GetDataCatalogCommand({ Name: 'here' }))
  assert.deepEqual(DataCatalog, {
    Name: 'Here',
    Type: 'GLUE',
    Description: 'ours',
    Parameters: { 'catalog-id': account },
    Status: 'CREATE_COMPLETE',
  })
  const { DatabaseList } = await athena.send(new ListDatabasesCommand({ CatalogName: 'here' }))
  assert.deepEqual(
    DatabaseList?.map(({ Name }) => Name),
    ['sales'],
  )
  const { QueryExecutionId } = await start('Here')
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    const { State, StateChangeReason } = QueryExecution?.Status ?? {}
    if (State === 'QUEUED' || State === 'RUNNING') continue
    assert.equal(State, 'SUCCEEDED', StateChangeReason ?? '')
    assert.equal(QueryExecution?.QueryExecutionContext?.Catalog, 'here')
    break
  }
})

test('a data catalog has tags, which go with it', async () => {
  const ResourceARN = `arn:aws:athena:${region}:${account}:datacatalog/Tagged`
  const create = () =>
    athena.send(new CreateDataCatalogCommand({ Name: 'Tagged', Type: 'GLUE', Parameters: { 'catalog-id': account } }))
  await create()
  await athena.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'cost', Value: '1' }] }))
  const tags = async () => (await athena.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags
  assert.deepEqual(await tags(), [{ Key: 'cost', Value: '1' }])
  const { DataCatalog } = await athena.send(new DeleteDataCatalogCommand({ Name: 'tagged' }))
  assert.equal(DataCatalog?.Status, 'DELETE_COMPLETE')
  await create()
  assert.deepEqual(await tags(), [])
  await athena.send(new DeleteDataCatalogCommand({ Name: 'Tagged' }))
  await assert.rejects(tags(), /DataCatalog Tagged was not found/)
})

test('data catalogs of functions and of other accounts are kept, and a query over them is refused by name', async () => {
  const create = (Name: string, Type: 'LAMBDA' | 'HIVE' | 'GLUE', Parameters: Record<string, string>) =>
    athena.send(new CreateDataCatalogCommand({ Name, Type, Parameters }))
  const lambda = `arn:aws:lambda:${region}:${account}:function:f`
  await create('dynamo', 'LAMBDA', { function: lambda })
  await create('hive', 'HIVE', { 'metadata-function': lambda, 'sdk-version': '1.0' })
  await create('theirs', 'GLUE', { 'catalog-id': '999999999999' })
  await assert.rejects(start('dynamo'), /data catalog dynamo is kept, but nothing can be asked of it.*LAMBDA/)
  await assert.rejects(start('hive'), /data catalog hive is kept.*HIVE/)
  await assert.rejects(start('theirs'), /that of 999999999999/)
  await assert.rejects(athena.send(new ListDatabasesCommand({ CatalogName: 'dynamo' })), /dynamo is kept/)

  const page = async (NextToken?: string) =>
    athena.send(new ListDataCatalogsCommand({ MaxResults: 2, ...(NextToken !== undefined && { NextToken }) }))
  const listed: string[] = []
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const { DataCatalogsSummary = [], NextToken } = await page(token)
    listed.push(...DataCatalogsSummary.map(({ CatalogName, Type }) => `${CatalogName} ${Type}`))
    token = NextToken
  }
  assert.deepEqual(listed, ['AwsDataCatalog GLUE', 'dynamo LAMBDA', 'Here GLUE', 'hive HIVE', 'theirs GLUE'])
})

test('a data catalog is changed as a whole', async () => {
  const Parameters = { 'catalog-id': account }
  await athena.send(new UpdateDataCatalogCommand({ Name: 'theirs', Type: 'GLUE', Parameters }))
  const { DataCatalog } = await athena.send(new GetDataCatalogCommand({ Name: 'theirs' }))
  assert.deepEqual([DataCatalog?.Description, DataCatalog?.Parameters], [undefined, Parameters])
  const gone = new UpdateDataCatalogCommand({ Name: 'nowhere', Type: 'GLUE', Parameters })
  await assert.rejects(athena.send(gone), /DataCatalog nowhere was not found/)
})

test('what is no data catalog is refused as InvalidRequestException', async () => {
  const refused = async (input: ConstructorParameters<typeof CreateDataCatalogCommand>[0], message: RegExp) => {
    await assert.rejects(athena.send(new CreateDataCatalogCommand(input)), { name: 'InvalidRequestException', message })
  }
  const Parameters = { 'catalog-id': account }
  await refused({ Name: 'HERE', Type: 'GLUE', Parameters }, /DataCatalog HERE already exists/)
  await refused({ Name: 'awsdatacatalog', Type: 'GLUE', Parameters }, /already exists/)
  await refused({ Name: 'with space', Type: 'GLUE', Parameters }, /letters, digits, underscores/)
  await refused({ Name: 'no-id', Type: 'GLUE' }, /type GLUE has the parameters catalog-id/)
  await refused({ Name: 'odd-id', Type: 'GLUE', Parameters: { 'catalog-id': 'mine' } }, /12 digits/)
  await refused({ Name: 'half', Type: 'LAMBDA', Parameters: { 'metadata-function': 'f' } }, /or metadata-function and/)
  await refused({ Name: 'ddb', Type: 'FEDERATED', Parameters: { 'connection-arn': 'c' } }, /type FEDERATED/)
  await assert.rejects(athena.send(new DeleteDataCatalogCommand({ Name: 'AwsDataCatalog' })), /cannot be deleted/)
  await assert.rejects(athena.send(new DeleteDataCatalogCommand({ Name: 'nowhere' })), /was not found/)
  const update = new UpdateDataCatalogCommand({ Name: 'AwsDataCatalog', Type: 'GLUE', Parameters })
  await assert.rejects(athena.send(update), /cannot be changed/)
})

test('the metadata of a table says how its files are read', async () => {
  const { TableMetadata } = await athena.send(
    new GetTableMetadataCommand({ CatalogName: 'AwsDataCatalog', DatabaseName: 'sales', TableName: 'orders' }),
  )
  assert.deepEqual(TableMetadata?.Parameters, {
    classification: 'csv',
    comment: 'what was ordered',
    inputformat: 'org.apache.hadoop.mapred.TextInputFormat',
    location: 's3://lake/orders',
    outputformat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    'serde.param.field.delim': '\t',
    'serde.serialization.lib': 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
  })
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
