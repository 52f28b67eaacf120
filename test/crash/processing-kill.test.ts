/**
 * A real server is killed with SIGKILL at random instants while its delivery stream calls a function, cuts partitions by jq
 * and keeps a backup. After all of it every acknowledged record is in exactly one object of a partition or of what failed,
 * and in exactly one of the backup.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CreateDeliveryStreamCommand, FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { strToU8, zipSync } from 'fflate'
import { account, client } from '../testing/lake.ts'
import { type Server, startServer } from '../testing/server.ts'

const kills = 6
const batch = 100
const RoleARN = `arn:aws:iam::${account}:role/any`
const BucketARN = 'arn:aws:s3:::kill'

/** Marks what it has seen; every seventh record fails. */
const handler = `exports.handler = async ({ records }) => ({
  records: records.map(({ recordId, data }) => {
    const { n, p } = JSON.parse(Buffer.from(data, 'base64'))
    if (n % 7 === 0) return { recordId, result: 'ProcessingFailed', data }
    const seen = JSON.stringify({ n, p, seen: true }) + '\\n'
    return { recordId, result: 'Ok', data: Buffer.from(seen).toString('base64') }
  }),
})`

/** No retries, so that what was acknowledged is known. */
function clients(url: string) {
  const options = { ...client(url), maxAttempts: 1 }
  const firehose = new FirehoseClient(options)
  const s3 = new S3Client({ ...options, forcePathStyle: true })
  const lambda = new LambdaClient(options)
  const iam = new IAMClient(options)
  const close = () => [firehose, s3, lambda, iam].forEach(each => void each.destroy())
  return { firehose, s3, lambda, iam, close }
}
type Clients = ReturnType<typeof clients>

async function layOut({ firehose, s3, lambda, iam }: Clients): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: 'kill' }))
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }]
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new CreateRoleCommand({ RoleName: 'any', AssumeRolePolicyDocument }))
  const { FunctionArn: LambdaArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'mark',
      Runtime: 'nodejs22.x',
      Role: RoleARN,
      Handler: 'index.handler',
      Timeout: 30,
      Code: { ZipFile: zipSync({ 'index.js': strToU8(handler) }) },
    }),
  )
  const parameters = (given: Readonly<Record<string, string>>) =>
    Object.entries(given).map(([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue }) as never)
  await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: 'processed',
      ExtendedS3DestinationConfiguration: {
        RoleARN,
        BucketARN,
        CompressionFormat: 'GZIP',
        Prefix: 'by/!{partitionKeyFromQuery:p}/',
        ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
        BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 1 },
        DynamicPartitioningConfiguration: { Enabled: true },
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            { Type: 'Lambda', Parameters: parameters({ LambdaArn }) },
            {
              Type: 'MetadataExtraction',
              Parameters: parameters({ MetadataExtractionQuery: '{p: .p}', JsonParsingEngine: 'JQ-1.6' }),
            },
          ],
        },
        S3BackupMode: 'Enabled',
        S3BackupConfiguration: {
          RoleARN,
          BucketARN,
          Prefix: 'backup/',
          CompressionFormat: 'GZIP',
          BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
        },
      },
    }),
  )
}

class Ingest {
  readonly acknowledged = new Set<number>()
  #next = 0

  /** Puts until the server is gone. */
  async run({ firehose }: Clients): Promise<void> {
    for (;;) {
      const numbers = Array.from({ length: batch }, () => this.#next++)
      const Records = numbers.map(n => ({
        Data: Buffer.from(JSON.stringify({ n, p: `p${n % 5}`, pad: 'x'.repeat(n % 900) })),
      }))
      try {
        const put = new PutRecordBatchCommand({ DeliveryStreamName: 'processed', Records })
        assert.equal((await firehose.send(put)).FailedPutCount, 0)
      } catch (error) {
        // The server is gone, perhaps between the head of its answer and the rest: what it took last may be there or not.
        // A whole answer is never a refusal.
        if ('$fault' in (error as object) || error instanceof assert.AssertionError) throw error
        return
      }
      for (const number of numbers) this.acknowledged.add(number)
    }
  }
}

const numbersIn = (text: string) => Array.from(text.matchAll(/"n":(\d+)/g), ([, number]) => Number(number))

/** Of records as they were delivered, and of those in the lines of an error object. */
function numbersOf(key: string, body: Buffer): readonly number[] {
  if (!key.startsWith('errors/')) return numbersIn(gunzipSync(body).toString())
  const lines = body.toString().trimEnd().split('\n')
  return lines.flatMap(line => {
    const { rawData } = JSON.parse(line) as { readonly rawData: string }
    return numbersIn(Buffer.from(rawData, 'base64').toString())
  })
}

async function stored({ s3 }: Clients): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>()
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: 'kill', ContinuationToken }))
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'kill', Key }))
      const numbers = numbersOf(Key, Buffer.from((await Body?.transformToByteArray()) ?? []))
      const folder = Key.startsWith('by/') ? Key.slice(0, 5) : (Key.split('/')[0] ?? '')
      found.set(folder, [...(found.get(folder) ?? []), ...numbers])
    }
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  return found
}

const milliseconds = (count: number) => new Promise(resolve => setTimeout(resolve, count))

test('processed records are delivered once each, and backed up once each, whenever the server is killed', async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-kill-'))
  let server: Server | undefined
  context.after(async () => {
    await server?.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const ingest = new Ingest()
  // A slow machine needs more lives than these to mean anything.
  for (let life = 0; life < kills || ingest.acknowledged.size <= 1000; life++) {
    server = await startServer(directory)
    const now = clients(server.url)
    if (life === 0) await layOut(now)
    const running = ingest.run(now)
    await milliseconds(randomInt(500, 3000))
    await server.kill()
    await running
    now.close()
  }
  server = await startServer(directory)
  const last = clients(server.url)
  const wanted = ingest.acknowledged
  // Fills the backup's buffer, so that what was put before need not wait for its minute.
  const filler = Buffer.from(JSON.stringify({ n: Number.MAX_SAFE_INTEGER, p: 'filler', pad: 'x'.repeat(1_000_000) }))
  for (const Data of [filler, filler]) {
    await last.firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: 'processed', Records: [{ Data }] }))
  }
  for (let attempt = 0; ; attempt++) {
    const found = await stored(last)
    const backedUp = new Set(found.get('backup'))
    const delivered = new Set([...found].filter(([folder]) => folder !== 'backup').flatMap(([, numbers]) => numbers))
    const missing = [...wanted].filter(number => !delivered.has(number) || !backedUp.has(number))
    assert.ok(missing.length === 0 || attempt < 60, `${missing.length} acknowledged records are not in both places`)
    if (missing.length > 0) {
      await milliseconds(500)
      continue
    }
    for (const [folder, all] of found) {
      const numbers = all.filter(number => number < Number.MAX_SAFE_INTEGER)
      assert.equal(new Set(numbers).size, numbers.length, `no record is twice in ${folder}`)
      if (folder === 'errors') assert.ok(numbers.every(number => number % 7 === 0))
      if (folder.startsWith('by/'))
        assert.ok(numbers.every(number => `by/p${number % 5}` === folder && number % 7 !== 0))
    }
    break
  }
  last.close()
})
