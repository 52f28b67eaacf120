/** Every declared operation is a typed function, whose values are those of the AWS SDK, and whose refusals look like its errors. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import type { Lake } from '../../src/in-process/lake.ts'
import { AwsError, openLake } from '../../src/index.ts'

let lake: Lake
before(async () => {
  lake = await openLake({ directory: 'temporary', clock: 'simulated', start: '2025-10-15T00:00:00Z' })
  await lake.aws.kinesis.CreateStream({ StreamName: 'readings', ShardCount: 1 })
  await lake.aws.s3.CreateBucket({ Bucket: 'things' })
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

async function records(): Promise<
  readonly { readonly Data: Uint8Array; readonly ApproximateArrivalTimestamp?: Date | undefined }[]
> {
  const { ShardIterator = '' } = await lake.aws.kinesis.GetShardIterator({
    StreamName: 'readings',
    ShardId: 'shardId-000000000000',
    ShardIteratorType: 'AT_TIMESTAMP',
    Timestamp: new Date('2025-10-15T00:00:00Z'),
  })
  return (await lake.aws.kinesis.GetRecords({ ShardIterator })).Records
}

test('a blob is bytes or a text, and comes back as bytes; a timestamp is a Date', async () => {
  await lake.aws.kinesis.PutRecord({ StreamName: 'readings', PartitionKey: 'k', Data: 'grün' })
  await lake.aws.kinesis.PutRecord({ StreamName: 'readings', PartitionKey: 'k', Data: Uint8Array.of(0, 255) })
  const [text, bytes] = await records()
  assert.deepEqual(Buffer.from(text?.Data ?? []).toString(), 'grün')
  assert.deepEqual([...(bytes?.Data ?? [])], [0, 255])
  assert.deepEqual(text?.ApproximateArrivalTimestamp, new Date('2025-10-15T00:00:00Z'))
})

test('bytes that were given may be changed afterwards', async () => {
  const Data = Uint8Array.of(1, 2, 3)
  const putting = lake.aws.kinesis.PutRecord({ StreamName: 'readings', PartitionKey: 'k', Data })
  await Promise.resolve()
  await putting
  Data.fill(9)
  assert.deepEqual([...((await records()).at(-1)?.Data ?? [])], [1, 2, 3])
})

test('an object’s body is given as text, bytes or a stream, and read as the SDK’s is', async () => {
  async function* chunks() {
    yield Buffer.from('in ')
    yield Buffer.from('parts')
  }
  const bodies = [
    ['text', 'text'],
    ['bytes', Buffer.from('bytes')],
    ['in parts', chunks()],
    ['', undefined],
  ] as const
  for (const [wanted, Body] of bodies) {
    const ContentLength = wanted.length
    await lake.aws.s3.PutObject({ Bucket: 'things', Key: 'a', ...(Body !== undefined && { Body }), ContentLength })
    const read = async () => (await lake.aws.s3.GetObject({ Bucket: 'things', Key: 'a' })).Body
    assert.equal(await (await read())?.transformToString(), wanted)
    assert.deepEqual(await (await read())?.transformToByteArray(), new Uint8Array(Buffer.from(wanted)))
    assert.equal(Buffer.concat(await Array.fromAsync((await read()) ?? [])).toString(), wanted)
  }
  await lake.aws.s3.PutObject({ Bucket: 'things', Key: 'b', Body: 'its length is known' })
  assert.equal((await lake.aws.s3.HeadObject({ Bucket: 'things', Key: 'b' })).ContentLength, 19)
})

test('what AWS refuses is thrown under AWS’s name, as the SDK throws it', async () => {
  const asked = lake.aws.kinesis.DescribeStream({ StreamName: 'none' })
  await assert.rejects(asked, { name: 'ResourceNotFoundException', $fault: 'client' })
  const error = await asked.catch((caught: unknown) => caught)
  assert.ok(error instanceof AwsError && error instanceof Error)
  assert.equal(error.message, 'Stream none under account 000000000000 not found.')
  assert.equal(error.$metadata.httpStatusCode, 400)
  await assert.rejects(lake.aws.s3.GetObject({ Bucket: 'things', Key: 'none' }), {
    name: 'NoSuchKey',
    $metadata: { httpStatusCode: 404, attempts: 1 },
  })
})

test('constraints are AWS’s own, and what no shape declares is refused by name', async () => {
  await assert.rejects(lake.aws.kinesis.CreateStream({ StreamName: '', ShardCount: 1 }), {
    name: 'ValidationException',
    message:
      /Value '' at 'streamName' failed to satisfy constraint: Member must have length greater than or equal to 1/,
  })
  const unknown = { StreamName: 'x', StreamModeDetails: { StreamMode: 'ON_DEMAND', Mode: 1 } }
  await assert.rejects(lake.aws.kinesis.CreateStream(unknown as never), {
    name: 'ValidationException',
    message: /^CreateStream does not take the member 'StreamModeDetails\.Mode' here/,
  })
  await assert.rejects(lake.aws.kinesis.CreateStream({ StreamName: 'x', ShardCount: '1' } as never), {
    name: 'SerializationException',
    message: "The member 'ShardCount' must be a 32-bit integer, but is the string 1.",
  })
  const { kinesis } = lake.aws as unknown as Record<string, Record<string, () => Promise<never>>>
  await assert.rejects(kinesis?.CreateStraem?.() ?? Promise.resolve(), { name: 'UnknownOperationException' })
})

test('a body whose length nobody knows is refused with what to do; a Blob knows its own', async () => {
  const parts = (async function* () {
    yield Buffer.from('in parts')
  })()
  await assert.rejects(lake.aws.s3.PutObject({ Bucket: 'things', Key: 'c', Body: parts }), {
    name: 'MissingContentLength',
    message: /a stream does not say how long it is\. Give ContentLength with it, or its bytes\.$/,
  })
  await lake.aws.s3.PutObject({ Bucket: 'things', Key: 'c', Body: new Blob(['a blob']) })
  const { Body } = await lake.aws.s3.GetObject({ Bucket: 'things', Key: 'c' })
  assert.equal(await Body?.transformToString(), 'a blob')
})

test('services and operations can be listed and printed, and looking at them calls nothing', () => {
  const { aws } = lake
  assert.ok(Object.keys(aws).includes('kinesis') && 's3' in aws && !('kinesi' in aws))
  assert.ok(Object.keys(aws.kinesis).includes('PutRecords'))
  assert.equal(aws.kinesis.PutRecords, aws.kinesis.PutRecords)
  assert.equal(aws.kinesis.PutRecords.name, 'PutRecords')
  assert.match(inspect(aws.sts), /GetCallerIdentity: \[Function: GetCallerIdentity\]/)
  for (const one of [aws, aws.kinesis, aws.kinesis.PutRecords]) {
    assert.equal(typeof String(one), 'string')
    assert.equal((one as { readonly then?: unknown }).then, undefined)
  }
  assert.equal(JSON.stringify(aws.kinesis), '{}')
})

test('a stream of events is read until its reader has enough', async () => {
  const { StreamDescriptionSummary } = await lake.aws.kinesis.DescribeStreamSummary({ StreamName: 'readings' })
  const { Consumer } = await lake.aws.kinesis.RegisterStreamConsumer({
    StreamARN: StreamDescriptionSummary.StreamARN,
    ConsumerName: 'reader',
  })
  await lake.clock.advance('PT1M')
  const subscribe = () =>
    lake.aws.kinesis.SubscribeToShard({
      ConsumerARN: Consumer.ConsumerARN,
      ShardId: 'shardId-000000000000',
      StartingPosition: { Type: 'TRIM_HORIZON' },
    })
  for await (const { SubscribeToShardEvent } of (await subscribe()).EventStream) {
    assert.ok(SubscribeToShardEvent?.Records[0]?.Data instanceof Uint8Array)
    break
  }
})

test('other accounts and regions have streams of their own', async () => {
  for (const other of [lake.as({ region: 'eu-west-1' }), lake.as({ account: '111111111111' })]) {
    assert.deepEqual((await other.aws.kinesis.ListStreams()).StreamNames, [])
    await other.aws.kinesis.CreateStream({ StreamName: 'readings', ShardCount: 1 })
  }
  const { Account } = await lake.as({ account: '111111111111' }).aws.sts.GetCallerIdentity()
  assert.equal(Account, '111111111111')
})

test('a role may do what its policy lets it, where IAM is asked', async () => {
  await using strict = await openLake({ directory: 'temporary', clock: 'simulated', auth: 'enforced' })
  const { iam, kinesis } = strict.aws
  await kinesis.CreateStream({ StreamName: 'readings', ShardCount: 1 })
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  })
  const { Role } = await iam.CreateRole({ RoleName: 'lister', AssumeRolePolicyDocument })
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'kinesis:ListStreams', Resource: '*' }],
  })
  await iam.PutRolePolicy({ RoleName: 'lister', PolicyName: 'list', PolicyDocument })
  const lister = strict.as({ role: Role?.Arn ?? '' })
  assert.deepEqual((await lister.aws.kinesis.ListStreams()).StreamNames, ['readings'])
  await assert.rejects(lister.aws.kinesis.DescribeStream({ StreamName: 'readings' }), { name: 'AccessDeniedException' })
  await strict.clock.advance({ hours: 2 })
  assert.deepEqual((await lister.aws.kinesis.ListStreams()).StreamNames, ['readings'])
  const stranger = strict.as({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } })
  await assert.rejects(stranger.aws.kinesis.ListStreams(), { name: 'LakeMistake' })
})

/** Never called: that these do not compile is what `tsc` holds. */
export async function mistakes({ aws }: Lake): Promise<void> {
  // @ts-expect-error: no such service
  aws.kinesys
  // @ts-expect-error: no such operation
  aws.kinesis.CreateStraem
  // @ts-expect-error: a member misspelt
  await aws.kinesis.CreateStream({ StreamName: 's', ShardCounts: 1 })
  // @ts-expect-error: a member that must be there
  await aws.s3.PutObject({ Bucket: 'b' })
  // @ts-expect-error: an input that must be there
  await aws.kinesis.PutRecord()
  // @ts-expect-error: a timestamp is a Date, in lists and structures too
  await aws.kinesis.GetShardIterator({ StreamName: 's', ShardId: 's', ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 1 })
  // @ts-expect-error: a value that AWS's enumeration does not have
  await aws.kinesis.GetShardIterator({ StreamName: 's', ShardId: 's', ShardIteratorType: 'NEWEST' })
  const { Records } = await aws.kinesis.GetRecords({ ShardIterator: '' })
  // @ts-expect-error: bytes, not text
  Records[0]?.Data satisfies string | undefined
  Records[0]?.ApproximateArrivalTimestamp satisfies Date | undefined
  const { Contents } = await aws.s3.ListObjectsV2({ Bucket: 'b' })
  Contents?.[0]?.LastModified satisfies Date | undefined
  // @ts-expect-error: an output's member misspelt
  Contents?.[0]?.Keys
}
