/** Delivery streams over the wire on a clock that is moved: made, fed, and what they put into S3 read back. */
import assert from 'node:assert/strict'
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  FirehoseClient,
  type ProcessorParameterName,
  type ProcessorType,
  PutRecordBatchCommand,
} from '@aws-sdk/client-firehose'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { LakeOptions } from '../../src/in-process/options.ts'
import { account, client, startLake } from './lake.ts'

export type Extended = Partial<ExtendedS3DestinationConfiguration>

export interface Delivered {
  readonly key: string
  readonly bytes: Buffer
  readonly contentEncoding: string | undefined
}

export const firehoseRole = `arn:aws:iam::${account}:role/firehose`
/** 2025-10-15, half past three in the morning. */
export const startedAt = Date.UTC(2025, 9, 15, 3, 30)

export const processor = (Type: ProcessorType, parameters: Partial<Record<ProcessorParameterName, string>> = {}) => ({
  Type,
  Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName: ParameterName as ProcessorParameterName,
    ParameterValue,
  })),
})

export async function startDeliveries(options: Partial<LakeOptions> = {}) {
  const lake = await startLake({ clock: 'simulated', start: startedAt, ...options })
  const firehose = new FirehoseClient(client(lake.url))
  const s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  const CreateBucketConfiguration = { LocationConstraint: 'ap-northeast-1' as const }
  const bucket = (Bucket: string) => s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))

  return {
    ...lake,
    firehose,
    s3,
    bucket,
    /** A delivery stream into a bucket of its name, which it makes. */
    async create(name: string, extended: Extended = {}, more: Partial<CreateDeliveryStreamCommandInput> = {}) {
      await bucket(name)
      const ExtendedS3DestinationConfiguration = {
        RoleARN: firehoseRole,
        BucketARN: `arn:aws:s3:::${name}`,
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
        ...extended,
      }
      const input = { DeliveryStreamName: name, ExtendedS3DestinationConfiguration, ...more }
      return firehose.send(new CreateDeliveryStreamCommand(input))
    },
    async put(DeliveryStreamName: string, ...records: readonly (string | Uint8Array)[]): Promise<void> {
      const Records = records.map(record => ({ Data: Buffer.from(record) }))
      const { FailedPutCount } = await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }))
      assert.equal(FailedPutCount, 0)
    },
    advance: (seconds: number) => lake.lake.clock.advance({ milliseconds: seconds * 1000 }),
    /** By key. */
    async objects(Bucket: string, Prefix = ''): Promise<readonly Delivered[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
      return Promise.all(
        Contents.map(async ({ Key: key = '' }) => {
          const { Body, ContentEncoding } = await s3.send(new GetObjectCommand({ Bucket, Key: key }))
          const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
          return { key, bytes, contentEncoding: ContentEncoding }
        }),
      )
    },
    async failure(DeliveryStreamName: string): Promise<string | undefined> {
      const described = await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
      return described.DeliveryStreamDescription?.FailureDescription?.Details
    },
    async close() {
      firehose.destroy()
      s3.destroy()
      await lake.close()
      assert.deepEqual(lake.failures, [])
    },
  }
}

/** The lines of an error object, as documents. */
export const errorLines = ({ bytes }: Delivered): readonly Readonly<Record<string, unknown>>[] =>
  bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
