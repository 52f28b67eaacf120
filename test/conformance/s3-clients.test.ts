/** The AWS CLI and boto3 as they are, with nothing set but the endpoint, a region and credentials. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let directory: string
before(async () => {
  lake = await startLake()
  directory = await mkdtemp(join(tmpdir(), 'biwa-clients-'))
})
after(async () => {
  await lake.close()
  await rm(directory, { recursive: true, force: true })
  assert.deepEqual(lake.failures, [])
})

async function succeeds(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await aws(lake.url, words)
  assert.equal(code, 0, `aws ${words.join(' ')}: ${err}`)
  return out
}

test("the runbook's bucket commands work as typed", { skip: withoutAwsCli }, async () => {
  const bucket = ['--bucket', 'temperature-data-bucket']
  const constraint = ['--create-bucket-configuration', 'LocationConstraint=ap-northeast-1']
  await succeeds('s3api', 'create-bucket', ...bucket, ...constraint)
  await succeeds('s3api', 'put-bucket-versioning', ...bucket, '--versioning-configuration', 'Status=Enabled')
  const block = 'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true'
  await succeeds('s3api', 'put-public-access-block', ...bucket, '--public-access-block-configuration', block)
  const rule = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] }
  const encryption = ['--server-side-encryption-configuration', JSON.stringify(rule)]
  await succeeds('s3api', 'put-bucket-encryption', ...bucket, ...encryption)
  const versioning = await awsJson<{ Status: string }>(lake.url, ['s3api', 'get-bucket-versioning', ...bucket])
  assert.equal(versioning.Status, 'Enabled')
  const { code, err } = await aws(lake.url, ['s3api', 'create-bucket', ...bucket])
  assert.notEqual(code, 0)
  assert.match(err, /IllegalLocationConstraintException/)
})

test('sync carries a tree there and back, and nothing twice', { skip: withoutAwsCli }, async () => {
  await succeeds('s3', 'mb', 's3://cli-sync')
  const tree = join(directory, 'tree')
  await mkdir(join(tree, 'a', 'b'), { recursive: true })
  const files: Readonly<Record<string, Uint8Array>> = {
    'a/1.txt': Buffer.from('one'),
    'a/b/気温 +%.json': Buffer.from('{}'),
    empty: Buffer.alloc(0),
    large: randomBytes(20 * 1024 * 1024), // above the CLI's threshold for multipart uploads
  }
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(tree, name), bytes)
    // S3 tells whole seconds: a file of the same second as its object is newer than that, here as at AWS.
    await utimes(join(tree, name), new Date('2025-10-15'), new Date('2025-10-15'))
  }
  await succeeds('s3', 'sync', tree, 's3://cli-sync/tree', '--no-progress')
  assert.equal(await succeeds('s3', 'sync', tree, 's3://cli-sync/tree', '--no-progress'), '')
  const back = join(directory, 'back')
  await succeeds('s3', 'sync', 's3://cli-sync/tree', back, '--no-progress')
  for (const [name, bytes] of Object.entries(files)) assert.ok((await readFile(join(back, name))).equals(bytes), name)
  const listed = await succeeds('s3', 'ls', 's3://cli-sync/tree/', '--recursive')
  assert.equal(listed.trim().split('\n').length, 4)
  assert.match(await succeeds('s3', 'ls', 's3://cli-sync/tree/'), /PRE a\//)
  await succeeds('s3', 'cp', 's3://cli-sync/tree/large', 's3://cli-sync/copy', '--no-progress')
  await succeeds('s3', 'mv', 's3://cli-sync/tree/empty', 's3://cli-sync/moved', '--no-progress')
  await succeeds('s3', 'rb', 's3://cli-sync', '--force')
})

test('a key that is not there is told as AWS tells it', { skip: withoutAwsCli }, async () => {
  await succeeds('s3', 'mb', 's3://cli-missing')
  const { code, err } = await aws(lake.url, ['s3', 'cp', 's3://cli-missing/none', '-'])
  assert.equal(code, 1)
  assert.match(err, /\(404\).*HeadObject.*Not Found/)
})

test('boto3 puts, gets, pages and presigns in both of its ways', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3, io, os, urllib.request
from botocore.config import Config
s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto', CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
s3.put_object(Bucket='boto', Key='a b+気温.txt', Body=b'by boto', Metadata={'device': 'sensor-3'})
print(s3.get_object(Bucket='boto', Key='a b+気温.txt')['Metadata']['device'])
for config in (None, Config(signature_version='s3v4'), Config(signature_version='s3')):
    client = boto3.client('s3', config=config)
    url = client.generate_presigned_url('get_object', Params={'Bucket': 'boto', 'Key': 'a b+気温.txt'})
    print(urllib.request.urlopen(url).read().decode())
    url = client.generate_presigned_url('put_object', Params={'Bucket': 'boto', 'Key': 'put'})
    print(urllib.request.urlopen(urllib.request.Request(url, data=b'x', method='PUT')).status)
body = os.urandom(20 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(body), 'boto', 'large')
got = io.BytesIO()
s3.download_fileobj('boto', 'large', got)
print(got.getvalue() == body)
pages = s3.get_paginator('list_objects_v2').paginate(Bucket='boto', PaginationConfig={'PageSize': 1})
print([entry['Key'] for page in pages for entry in page['Contents']])
try:
    s3.get_object(Bucket='boto', Key='none')
except s3.exceptions.NoSuchKey as error:
    print(error.response['Error']['Key'])
`,
  )
  assert.deepEqual(out.trim().split('\n'), [
    'sensor-3',
    ...['by boto', '200', 'by boto', '200', 'by boto', '200'],
    'True',
    "['a b+気温.txt', 'large', 'put']",
    'none',
  ])
})
