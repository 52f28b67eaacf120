/** Athena's statements over the catalog, its view of the catalog, work groups and named queries, with the AWS SDK. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AthenaClient,
  CreateNamedQueryCommand,
  CreateWorkGroupCommand,
  DeleteNamedQueryCommand,
  DeleteWorkGroupCommand,
  GetDatabaseCommand,
  GetDataCatalogCommand,
  GetNamedQueryCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  ListDatabasesCommand,
  ListDataCatalogsCommand,
  ListNamedQueriesCommand,
  ListTableMetadataCommand,
  ListTagsForResourceCommand,
  ListWorkGroupsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateNamedQueryCommand,
  UpdateWorkGroupCommand,
} from '@aws-sdk/client-athena'
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { account, client, region, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let athena: AthenaClient
let s3: S3Client

before(async () => {
  lake = await startLake()
  athena = new AthenaClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake', CreateBucketConfiguration: { LocationConstraint: region } }))
})
after(() => lake.close())

async function run(sql: string, more: object = {}): Promise<QueryExecution> {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: 'sales' },
      ResultConfiguration: { OutputLocation: 's3://lake/results/' },
      ...more,
    }),
  )
  for (;;) {
    const { QueryExecution: query = {} } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    if (query.Status?.State !== 'QUEUED' && query.Status?.State !== 'RUNNING') return query
  }
}
async function lines(sql: string): Promise<(string | undefined)[]> {
  const query = await run(sql)
  assert.equal(query.Status?.State, 'SUCCEEDED', query.Status?.StateChangeReason ?? '')
  const { ResultSet } = await athena.send(
    new GetQueryResultsCommand({ QueryExecutionId: query.QueryExecutionId ?? '' }),
  )
  return (ResultSet?.Rows ?? []).map(row => row.Data?.[0]?.VarCharValue)
}
const reason = async (sql: string) => (await run(sql)).Status?.StateChangeReason ?? ''

test('a table goes from CREATE to DROP through every statement', async () => {
  await lines("CREATE DATABASE sales COMMENT 'what was sold'")
  assert.match(await reason('CREATE DATABASE sales'), /DDLTask\. Database sales already exists$/)
  assert.deepEqual(await lines('CREATE DATABASE IF NOT EXISTS sales'), [])
  await lines(`CREATE EXTERNAL TABLE orders (id bigint COMMENT 'it''s unique', item struct<name:string,prices:array<decimal(10,2)>>)
    PARTITIONED BY (dt string, country string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
    LOCATION 's3://lake/orders' TBLPROPERTIES ('owner'='shop')`)
  assert.match(
    await reason("CREATE EXTERNAL TABLE orders (id int) LOCATION 's3://lake/x/'"),
    /Table sales.orders already exists/,
  )
  assert.deepEqual(await lines('SHOW TABLES'), ['orders'])
  assert.deepEqual(await lines("SHOW TABLES IN sales 'x*|ord*'"), ['orders'])
  assert.deepEqual(await lines("SHOW TABLES 'x*'"), [])
  assert.deepEqual(await lines('SHOW TABLES ".*der.*"'), ['orders'])
  assert.deepEqual(await lines('SHOW DATABASES'), ['sales'])
  assert.deepEqual(
    (await lines('SHOW COLUMNS IN orders')).map(line => line?.trim()),
    ['id', 'item', 'dt', 'country'],
  )
  assert.equal((await lines('DESCRIBE orders'))[0], "id                  \tbigint              \tit's unique         ")
  assert.deepEqual(await lines("SHOW TBLPROPERTIES orders('owner')"), ['owner\tshop'])

  await lines(
    "ALTER TABLE orders ADD PARTITION (dt='2025-10-15', country='JP') PARTITION (dt='2025-10-16', country='JP') LOCATION 's3://lake/elsewhere/'",
  )
  assert.deepEqual(await lines('SHOW PARTITIONS orders'), ['dt=2025-10-15/country=JP', 'dt=2025-10-16/country=JP'])
  assert.match(
    await reason("ALTER TABLE orders ADD PARTITION (dt='2025-10-15', country='JP')"),
    /Partition already exists/,
  )
  await lines("ALTER TABLE orders ADD IF NOT EXISTS PARTITION (dt='2025-10-15', country='JP')")
  assert.match(await reason("ALTER TABLE orders ADD PARTITION (dt='2025-10-17')"), /misses the key country/)
  await lines("ALTER TABLE orders DROP PARTITION (dt='2025-10-15')")
  assert.deepEqual(await lines('SHOW PARTITIONS orders'), ['dt=2025-10-16/country=JP'])
  assert.match(await reason("ALTER TABLE orders DROP PARTITION (dt='1999-01-01')"), /Partition not found/)

  await lines('ALTER TABLE orders ADD COLUMNS (note string)')
  await lines("ALTER TABLE orders SET TBLPROPERTIES ('owner'='us')")
  await lines("ALTER TABLE orders SET LOCATION 's3://lake/orders2/'")
  const glue = new GlueClient(client(lake.url))
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }))
  assert.deepEqual(
    Table?.StorageDescriptor?.Columns?.map(column => `${column.Name} ${column.Type}`),
    ['id bigint', 'item struct<name:string,prices:array<decimal(10,2)>>', 'note string'],
  )
  assert.equal(Table?.StorageDescriptor?.Location, 's3://lake/orders2/')
  assert.equal(Table?.Parameters?.owner, 'us')

  assert.match(await reason('DROP DATABASE sales'), /Database sales is not empty/)
  await lines('DROP TABLE orders')
  assert.match(await reason('DROP TABLE orders'), /Table not found sales.orders/)
  assert.deepEqual(await lines('DROP TABLE IF EXISTS orders'), [])
  await lines('DROP DATABASE sales')
  assert.match(await reason('SHOW TABLES'), /Database does not exist: sales/)
})

test('SHOW CREATE TABLE makes the same table again', async () => {
  await lines('CREATE DATABASE sales')
  await lines(`CREATE EXTERNAL TABLE a (x int COMMENT 'a \\'word\\'', y map<string,double>) COMMENT 'note' PARTITIONED BY (d date)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' STORED AS TEXTFILE LOCATION 's3://lake/a/' TBLPROPERTIES ('k'='v')`)
  const text = (await lines('SHOW CREATE TABLE a')).join('\n')
  await lines('DROP TABLE a')
  await lines(text)
  assert.equal((await lines('SHOW CREATE TABLE a')).join('\n'), text)
  await lines('DROP DATABASE sales CASCADE')
})

test('MSCK REPAIR TABLE adds the folders that are no partitions yet', async () => {
  await lines('CREATE DATABASE sales')
  await lines("CREATE EXTERNAL TABLE t (a string) PARTITIONED BY (year int, month int) LOCATION 's3://lake/t/'")
  for (const Key of ['t/year=2025/month=10/a', 't/year=2025/month=11/a', 't/year=2025/readme', 't/year=2025/month=/a'])
    await s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }))
  assert.deepEqual(await lines('MSCK REPAIR TABLE t'), [
    'Partitions not in metastore:\tt:year=2025/month=10\tt:year=2025/month=11',
    'Repair: Added partition to metastore t:year=2025/month=10',
    'Repair: Added partition to metastore t:year=2025/month=11',
  ])
  assert.deepEqual(await lines('MSCK REPAIR TABLE t'), [])
  await lines("CREATE EXTERNAL TABLE plain (a string) LOCATION 's3://lake/plain/'")
  assert.match(await reason('MSCK REPAIR TABLE plain'), /sales.plain is not a partitioned table/)
})

test('the catalog is told as Athena tells it', async () => {
  const of = { CatalogName: 'AwsDataCatalog', DatabaseName: 'sales' }
  const { DataCatalogsSummary } = await athena.send(new ListDataCatalogsCommand({}))
  assert.deepEqual(
    DataCatalogsSummary?.map(({ CatalogName, Type }) => [CatalogName, Type]),
    [['AwsDataCatalog', 'GLUE']],
  )
  const { DataCatalog } = await athena.send(new GetDataCatalogCommand({ Name: 'AwsDataCatalog' }))
  assert.equal(DataCatalog?.Parameters?.['catalog-id'], account)
  await assert.rejects(athena.send(new GetDataCatalogCommand({ Name: 'other' })), { name: 'InvalidRequestException' })
  const { DatabaseList } = await athena.send(new ListDatabasesCommand({ CatalogName: 'AwsDataCatalog' }))
  assert.deepEqual(
    DatabaseList?.map(database => database.Name),
    ['sales'],
  )
  assert.equal((await athena.send(new GetDatabaseCommand(of))).Database?.Name, 'sales')
  await assert.rejects(athena.send(new GetDatabaseCommand({ ...of, DatabaseName: 'no' })), {
    name: 'MetadataException',
  })
  const { TableMetadata } = await athena.send(new GetTableMetadataCommand({ ...of, TableName: 't' }))
  assert.deepEqual(TableMetadata?.PartitionKeys, [
    { Name: 'year', Type: 'int' },
    { Name: 'month', Type: 'int' },
  ])
  const first = await athena.send(new ListTableMetadataCommand({ ...of, MaxResults: 1 }))
  const second = await athena.send(new ListTableMetadataCommand({ ...of, MaxResults: 1, NextToken: first.NextToken }))
  assert.deepEqual(
    [first, second].flatMap(page => page.TableMetadataList?.map(table => table.Name)),
    ['plain', 't'],
  )
  const found = await athena.send(new ListTableMetadataCommand({ ...of, Expression: 'pl.*' }))
  assert.deepEqual(
    found.TableMetadataList?.map(table => table.Name),
    ['plain'],
  )
})

test('a work group is made, enforced, changed, closed and deleted', async () => {
  const WorkGroup = 'analysts'
  const AclConfiguration = { S3AclOption: 'BUCKET_OWNER_FULL_CONTROL' as const }
  await athena.send(
    new CreateWorkGroupCommand({
      Name: WorkGroup,
      Description: 'who asks',
      Configuration: {
        ResultConfiguration: { OutputLocation: 's3://lake/analysts/', AclConfiguration },
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10_000_000,
      },
      Tags: [{ Key: 'team', Value: 'a' }],
    }),
  )
  await assert.rejects(athena.send(new CreateWorkGroupCommand({ Name: WorkGroup })), /already created/)
  const query = await run('SHOW DATABASES', { WorkGroup })
  assert.match(query.ResultConfiguration?.OutputLocation ?? '', /^s3:\/\/lake\/analysts\/.*\.txt$/)
  assert.deepEqual(query.ResultConfiguration?.AclConfiguration, AclConfiguration)
  const { WorkGroup: group } = await athena.send(new GetWorkGroupCommand({ WorkGroup }))
  assert.deepEqual(group?.Configuration?.ResultConfiguration?.AclConfiguration, AclConfiguration)
  assert.equal(group?.Configuration?.BytesScannedCutoffPerQuery, 10_000_000)
  assert.deepEqual([group?.State, group?.Description], ['ENABLED', 'who asks'])
  await athena.send(
    new UpdateWorkGroupCommand({
      WorkGroup,
      ConfigurationUpdates: {
        EnforceWorkGroupConfiguration: false,
        RemoveBytesScannedCutoffPerQuery: true,
        ResultConfigurationUpdates: { RemoveAclConfiguration: true },
      },
      State: 'DISABLED',
    }),
  )
  await assert.rejects(run('SHOW DATABASES', { WorkGroup }), /WorkGroup analysts is disabled/)
  const { WorkGroup: changed } = await athena.send(new GetWorkGroupCommand({ WorkGroup }))
  assert.equal(changed?.Configuration?.BytesScannedCutoffPerQuery, undefined)
  assert.deepEqual(changed?.Configuration?.ResultConfiguration, { OutputLocation: 's3://lake/analysts/' })
  const { WorkGroups } = await athena.send(new ListWorkGroupsCommand({}))
  assert.deepEqual(
    WorkGroups?.map(({ Name, State }) => `${Name} ${State}`),
    ['analysts DISABLED', 'primary ENABLED'],
  )

  const ResourceARN = `arn:aws:athena:${region}:${account}:workgroup/analysts`
  await athena.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'cost', Value: '1' }] }))
  await athena.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }))
  const { Tags } = await athena.send(new ListTagsForResourceCommand({ ResourceARN }))
  assert.deepEqual(Tags, [{ Key: 'cost', Value: '1' }])

  await assert.rejects(athena.send(new DeleteWorkGroupCommand({ WorkGroup })), /is not empty/)
  await athena.send(new DeleteWorkGroupCommand({ WorkGroup, RecursiveDeleteOption: true }))
  await assert.rejects(athena.send(new GetWorkGroupCommand({ WorkGroup })), /WorkGroup is not found/)
  await assert.rejects(athena.send(new DeleteWorkGroupCommand({ WorkGroup: 'primary' })), /cannot be deleted/)
})

test('a named query is kept, changed and deleted', async () => {
  const { NamedQueryId } = await athena.send(
    new CreateNamedQueryCommand({ Name: 'all', Database: 'sales', QueryString: 'SELECT 1', Description: 'one' }),
  )
  const { NamedQueryIds } = await athena.send(new ListNamedQueriesCommand({}))
  assert.deepEqual(NamedQueryIds, [NamedQueryId])
  await athena.send(new UpdateNamedQueryCommand({ NamedQueryId, Name: 'every', QueryString: 'SELECT 2' }))
  const { NamedQuery } = await athena.send(new GetNamedQueryCommand({ NamedQueryId }))
  assert.deepEqual(NamedQuery, {
    Name: 'every',
    Description: 'one',
    Database: 'sales',
    QueryString: 'SELECT 2',
    NamedQueryId,
    WorkGroup: 'primary',
  })
  await athena.send(new DeleteNamedQueryCommand({ NamedQueryId }))
  await assert.rejects(athena.send(new GetNamedQueryCommand({ NamedQueryId })), { name: 'InvalidRequestException' })
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
