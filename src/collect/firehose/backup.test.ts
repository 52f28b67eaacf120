// The backup gets every record as it came, in its own time and place; neither it nor the delivery holds the other up.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { RecordBatch } from '../kinesis/record-batch.ts'
import { aggregated, eachText } from './testing/around.ts'
import { type Configuration, Lake, scope } from './testing/lake.ts'

const place = {
  roleArn: 'arn:aws:iam::000000000000:role/backup',
  bucketArn: 'arn:aws:s3:::raw',
  prefix: 'backup/',
  bufferMib: 1,
  bufferSeconds: 120,
}
const transformed: Configuration = {
  processing: {
    enabled: true,
    processors: [
      {
        type: 'Lambda',
        parameters: [{ name: 'LambdaArn', value: 'arn:aws:lambda:ap-northeast-1:000000000000:function:transform' }],
      },
    ],
  },
}
const backedUp: Configuration = { ...transformed, backup: { enabled: true, place } }

let lake: Lake

beforeEach(async () => {
  lake = await new Lake(await simulatedWorld()).start()
  lake.functions.handler = eachText(text => (text === 'drop' ? undefined : text === 'fail' ? null : text.toUpperCase()))
})

async function texts(prefix: string): Promise<readonly string[]> {
  const objects = await lake.buckets.objects()
  return objects.filter(({ key }) => key.startsWith(prefix)).map(({ text }) => text)
}

test('the backup has all records as they came, also what was dropped or failed, after its own interval', async () => {
  const delivery = await lake.create('d', backedUp)
  await lake.put(delivery, 'a', 'drop', 'fail')
  await lake.world.clock.advance(60_000)
  assert.deepEqual([await texts('2025/'), await texts('backup/')], [['A'], []])
  await lake.world.clock.advance(60_000)
  assert.deepEqual(await texts('backup/'), ['adropfail'])
  assert.deepEqual([lake.meter.sum('DeliveryToS3.Records'), lake.meter.sum('DeliveryToS3.Bytes')], [2, 5])
  assert.deepEqual([lake.meter.sum('BackupToS3.Records'), lake.meter.sum('BackupToS3.Bytes')], [3, 9])
  assert.deepEqual(lake.meter.samples('BackupToS3.DataFreshness'), [60, 120])
  assert.deepEqual(delivery.progress.deliveredRecords, 2)
})

test('records that a producer packed are taken apart for the backup too', async () => {
  const stream = await lake.stream('s')
  await lake.create('d', backedUp, stream)
  await stream.put(RecordBatch.of([{ data: aggregated(['a', 'b']), partitionKey: 'k' }]), lake.world.clock.now())
  await lake.world.clock.advance(120_000)
  assert.deepEqual(await texts('backup/'), ['ab'])
})

for (const stuck of ['backup/', '2025/'] as const) {
  test(`what is in the way of ${stuck} holds up nothing else, is told, and is made up for`, async () => {
    const delivery = await lake.create('d', backedUp)
    const other = stuck === 'backup/' ? '2025/' : 'backup/'
    lake.deniedKey = stuck
    await lake.put(delivery, 'a')
    await lake.world.clock.advance(121_000)
    assert.equal((await texts(other)).length, 1)
    assert.match(delivery.failure?.message ?? '', new RegExp(`s3:PutObject on arn:aws:s3:::raw/${stuck}`))
    lake.deniedKey = ''
    await lake.world.clock.advance(300_000)
    assert.deepEqual([await texts('2025/'), await texts('backup/'), delivery.failure], [['A'], ['a'], undefined])
  })
}

test('a backup that is switched on later begins with what is not delivered then, also across a crash', async () => {
  const delivery = await lake.create('d', transformed)
  await lake.put(delivery, 'before')
  await lake.world.clock.advance(60_000)
  await lake.put(delivery, 'a')
  await lake.firehose.update(delivery, { version: '1', change: { backup: { enabled: true, place } } })
  await lake.put(delivery, 'b')
  await lake.world.clock.advance(60_000)
  await lake.world.crash()
  await lake.start()
  await lake.world.clock.advance(60_000)
  assert.deepEqual(
    [await texts('2025/'), await texts('backup/')].map(found => found.toSorted()),
    [['AB', 'BEFORE'], ['ab']],
  )
})

test('direct puts are kept until both have delivered them', async () => {
  lake = await new Lake(await simulatedWorld({ segmentBytes: 1000 })).start()
  const delivery = await lake.create('d', { backup: { enabled: true, place } })
  const [name] = await lake.world.disk.list('/lake/logs')
  const files = async () => (await lake.world.disk.list(`/lake/logs/${name}`)).length
  lake.deniedKey = 'backup/'
  for (let n = 0; n < 10; n++) {
    await lake.put(delivery, 'x'.repeat(400))
    await lake.world.clock.advance(60_000)
  }
  assert.equal((await texts('2025/')).length, 10)
  const held = await files()
  lake.deniedKey = ''
  await lake.world.clock.advance(600_000)
  assert.equal((await texts('backup/')).join('').length, 4000)
  assert.ok((await files()) < held, `fewer than ${held} files are left`)
})

test('a new stream in the place of a deleted one is read from its beginning by both', async () => {
  const first = await lake.stream('s')
  await lake.create('d', backedUp, first)
  await lake.putInto(first, 'a')
  await lake.kinesis.remove(lake.kinesis.stream(scope, 's'))
  const second = await lake.stream('s')
  await lake.putInto(second, 'b')
  await lake.world.clock.advance(120_000)
  assert.deepEqual(
    [await texts('2025/'), await texts('backup/')].map(found => found.join('').split('').toSorted()),
    [
      ['A', 'B'],
      ['a', 'b'],
    ],
  )
})
