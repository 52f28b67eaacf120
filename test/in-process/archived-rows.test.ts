/** What Athena reads of objects in S3's archive classes, on simulated time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CreateBucketCommand, PutObjectCommand, RestoreObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { openLake } from '../../src/index.ts'

test('archived objects are passed over, until they are restored and the table says that such are read', async () => {
  await using lake = await openLake({ directory: 'temporary', clock: 'simulated', region: 'us-east-1' })
  const s3 = new S3Client(lake.client())
  await s3.send(new CreateBucketCommand({ Bucket: 'rows' }))
  for (const StorageClass of ['STANDARD', 'STANDARD_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'] as const)
    await s3.send(
      new PutObjectCommand({ Bucket: 'rows', Key: `t/${StorageClass}.txt`, Body: `${StorageClass}\n`, StorageClass }),
    )
  await lake.query('CREATE DATABASE default')
  await lake.query("CREATE EXTERNAL TABLE t (name string) ROW FORMAT DELIMITED LOCATION 's3://rows/t/'")
  const names = async () => (await lake.query('SELECT name FROM t ORDER BY 1')).rows.map(({ name }) => name)
  const others = ['GLACIER_IR', 'STANDARD', 'STANDARD_IA']
  assert.deepEqual(await names(), others)
  await lake.query("ALTER TABLE t SET TBLPROPERTIES ('read_restored_glacier_objects' = 'true')")
  assert.deepEqual(await names(), others)
  await s3.send(new RestoreObjectCommand({ Bucket: 'rows', Key: 't/GLACIER.txt', RestoreRequest: { Days: 1 } }))
  assert.deepEqual(await names(), others)
  await lake.clock.advance({ hours: 6 })
  assert.deepEqual(await names(), ['GLACIER', ...others])
  await lake.query("ALTER TABLE t SET TBLPROPERTIES ('read_restored_glacier_objects' = 'false')")
  assert.deepEqual(await names(), others)
  await lake.query("ALTER TABLE t SET TBLPROPERTIES ('read_restored_glacier_objects' = 'TRUE')")
  await lake.clock.advance({ days: 2 })
  assert.deepEqual(await names(), others)
})
