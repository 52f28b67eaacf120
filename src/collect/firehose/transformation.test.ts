// What a function makes of records is delivered, what it drops is not, and what fails lies under the error prefix as AWS
// writes it, each record once in one of them.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { Fault } from '../../gateway/fault.ts'
import { eachText } from './testing/around.ts'
import { type Configuration, Lake } from './testing/lake.ts'

const functionArn = 'arn:aws:lambda:ap-northeast-1:000000000000:function:transform'

const lambda = (parameters: Readonly<Record<string, string>> = {}): Configuration => ({
  processing: {
    enabled: true,
    processors: [
      {
        type: 'Lambda',
        parameters: Object.entries({ LambdaArn: functionArn, ...parameters }).map(([name, value]) => ({ name, value })),
      },
    ],
  },
})

let lake: Lake

beforeEach(async () => {
  lake = await new Lake(await simulatedWorld()).start()
})

/** Everything that was delivered, by what its key begins with. */
async function outputs(): Promise<{ data: string[]; failed: Record<string, unknown>[]; failedKeys: string[] }> {
  const objects = await lake.buckets.objects()
  const failed = objects.filter(({ key }) => key.includes('-failed/'))
  const data = objects.filter(({ key }) => !key.includes('-failed/'))
  return {
    data: data.map(({ text }) => text),
    failed: failed.flatMap(({ text }) =>
      text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as Record<string, unknown>),
    ),
    failedKeys: failed.map(({ key }) => key),
  }
}
const textOf = (failed: Record<string, unknown>) => Buffer.from(String(failed.rawData), 'base64').toString()

test('a function is handed the records as AWS hands them, and what it answers is delivered in their order', async () => {
  const delivery = await lake.create('d', lambda())
  lake.functions.handler = eachText(text => text.toUpperCase())
  const at = lake.world.clock.now()
  await lake.put(delivery, 'a', 'b')
  await lake.put(delivery, 'c')
  await lake.world.clock.advance(60_000)
  assert.deepEqual((await outputs()).data, ['ABC'])
  const [event] = lake.functions.events
  assert.equal(event?.deliveryStreamArn, 'arn:aws:firehose:ap-northeast-1:000000000000:deliverystream/d')
  assert.equal(event.region, 'ap-northeast-1')
  assert.equal(event.sourceKinesisStreamArn, undefined)
  assert.match(event.invocationId, /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    event.records.map(({ data, approximateArrivalTimestamp }) => [data, approximateArrivalTimestamp]),
    ['a', 'b', 'c'].map(text => [Buffer.from(text).toString('base64'), at]),
  )
  assert.equal(new Set(event.records.map(({ recordId }) => recordId)).size, 3)
})

test('records of a stream come with where they lay in it', async () => {
  const stream = await lake.stream('s')
  await lake.create('d', lambda(), stream)
  lake.functions.handler = eachText(text => text)
  await lake.putInto(stream, 'one', 'two')
  await lake.world.clock.advance(60_000)
  const [event] = lake.functions.events
  assert.equal(event?.sourceKinesisStreamArn, stream.arn)
  assert.deepEqual(
    event.records.map(({ kinesisRecordMetadata }) => kinesisRecordMetadata),
    ['one', 'two'].map((partitionKey, index) => ({
      sequenceNumber: stream.shards[0]?.sequenceNumber(index),
      subsequenceNumber: 0,
      partitionKey,
      shardId: 'shardId-000000000000',
      approximateArrivalTimestamp: event.records[index]?.approximateArrivalTimestamp,
    })),
  )
})

test('what is dropped is nowhere, what failed is under the error prefix with its own bytes', async () => {
  const delivery = await lake.create('d', lambda())
  lake.functions.handler = eachText(text => (text === 'drop' ? undefined : text === 'fail' ? null : text))
  const at = lake.world.clock.now()
  await lake.put(delivery, 'keep', 'drop', 'fail')
  await lake.world.clock.advance(60_000)
  const { data, failed, failedKeys } = await outputs()
  assert.deepEqual(data, ['keep'])
  assert.match(failedKeys[0] ?? '', /^processing-failed\/2025\/10\/15\/03\/d-1-2025-10-15-03-30-00-[-0-9a-f]{36}$/)
  assert.deepEqual(failed, [
    {
      attemptsMade: 1,
      arrivalTimestamp: at,
      errorCode: 'Lambda.ProcessingFailedStatus',
      errorMessage: 'ProcessingFailed status set for record',
      attemptEndingTimestamp: at + 60_000,
      rawData: Buffer.from('fail').toString('base64'),
      lambdaArn: functionArn,
      lambdaARN: functionArn,
    },
  ])
  assert.deepEqual([lake.meter.sum('DeliveryToS3.Records'), lake.meter.sum('DeliveryToS3.Bytes')], [2, 8])
  assert.deepEqual([lake.meter.sum('SucceedProcessing.Records'), lake.meter.sum('SucceedProcessing.Bytes')], [1, 4])
  assert.deepEqual(
    [lake.meter.samples('ExecuteProcessing.Success'), lake.meter.sum('ExecuteProcessing.Duration')],
    [[1], 5],
  )
  assert.equal(delivery.progress.deliveredRecords, 2)
})

test('a function that fails is called again as often as configured, with the same records, and then its batch has failed', async () => {
  const delivery = await lake.create('d', lambda({ NumberOfRetries: '2' }))
  lake.functions.handler = () => {
    throw new Error('broken')
  }
  await lake.put(delivery, 'a', 'b')
  await lake.world.clock.advance(60_000)
  const { data, failed } = await outputs()
  assert.deepEqual([data, failed.map(textOf)], [[], ['a', 'b']])
  assert.deepEqual(
    failed.map(({ errorCode, attemptsMade }) => [errorCode, attemptsMade]),
    [
      ['Lambda.FunctionError', 3],
      ['Lambda.FunctionError', 3],
    ],
  )
  const [first, ...again] = lake.functions.events
  assert.equal(again.length, 2)
  for (const event of again) {
    assert.deepEqual(event.records, first?.records)
    assert.notEqual(event.invocationId, first?.invocationId)
  }
  assert.deepEqual(lake.meter.samples('ExecuteProcessing.Success'), [0, 0, 0])
})

test('a function that recovers between two calls has failed nothing', async () => {
  const delivery = await lake.create('d', lambda())
  let calls = 0
  lake.functions.handler = event => {
    if (++calls < 3) throw new Error('not yet')
    return eachText(text => text)(event)
  }
  await lake.put(delivery, 'a')
  await lake.world.clock.advance(60_000)
  assert.deepEqual([(await outputs()).data, calls], [['a'], 3])
})

test('a function that has too much to do is given time', async () => {
  const delivery = await lake.create('d', lambda())
  lake.functions.handler = event => {
    if (lake.functions.events.length < 4) throw new Fault('TooManyRequestsException', 429, 'Rate Exceeded.')
    return eachText(text => text)(event)
  }
  await lake.put(delivery, 'a')
  await lake.world.clock.advance(60_000)
  assert.deepEqual([(await outputs()).data, lake.pauses], [['a'], [100, 200, 400]])
})

test('a function that is not there, or may not be called, fails the records after the retries, in AWS’s words', async () => {
  const delivery = await lake.create('d', lambda())
  await lake.put(delivery, 'gone')
  await lake.world.clock.advance(60_000)
  lake.functions.handler = eachText(text => text)
  lake.denied = 'lambda:InvokeFunction'
  await lake.put(delivery, 'denied')
  await lake.world.clock.advance(60_000)
  const { failed } = await outputs()
  assert.deepEqual(failed.map(one => [textOf(one), one.errorCode, one.attemptsMade]).toSorted(), [
    ['denied', 'Lambda.InvokeAccessDenied', 4],
    ['gone', 'Lambda.ResourceNotFound', 4],
  ])
})

const answers: readonly (readonly [
  what: string,
  answer: (ids: readonly string[]) => unknown,
  codes: readonly string[],
])[] = [
  ['no answer of the form', () => ({ ok: true }), ['Lambda.MissingRecordId', 'Lambda.MissingRecordId']],
  ['no JSON', () => 'hello', ['Lambda.MissingRecordId', 'Lambda.MissingRecordId']],
  ['one record', ([first]) => ({ records: [ok(first)] }), ['Lambda.MissingRecordId']],
  [
    'one record twice',
    ([first, second]) => ({ records: [ok(first), ok(first), ok(second)] }),
    ['Lambda.DuplicatedRecordId'],
  ],
  ['an id that is not its', ([first]) => ({ records: [ok(first), ok('other')] }), ['Lambda.MissingRecordId']],
  [
    'a result that AWS does not know',
    ([first, second]) => ({ records: [ok(first), { ...ok(second), result: 'Fine' }] }),
    ['Lambda.JsonProcessingException', 'Lambda.JsonProcessingException'],
  ],
  [
    'data that is not base64',
    ([first, second]) => ({ records: [ok(first), { ...ok(second), data: 'ö' }] }),
    ['Lambda.FunctionError', 'Lambda.FunctionError'],
  ],
  [
    'too much',
    ([first, second]) => ({ records: [ok(first), { ...ok(second), data: 'A'.repeat(7 * 1024 * 1024) }] }),
    ['Lambda.FunctionError', 'Lambda.FunctionError'],
  ],
]
const ok = (recordId = '') => ({ recordId, result: 'Ok', data: 'eA==' })

for (const [what, answer, codes] of answers) {
  test(`a function that answers ${what} fails ${codes.length} of two records, and the others are delivered`, async () => {
    const delivery = await lake.create('d', lambda({ NumberOfRetries: '0' }))
    lake.functions.handler = ({ records }) => answer(records.map(({ recordId }) => recordId))
    await lake.put(delivery, 'a', 'b')
    await lake.world.clock.advance(60_000)
    const { data, failed } = await outputs()
    assert.deepEqual(
      failed.map(({ errorCode }) => errorCode),
      codes,
    )
    assert.equal(data.join(''), 'x'.repeat(2 - codes.length))
    assert.equal(lake.functions.events.length, 1)
  })
}

test('records are handed over in batches of the function’s own buffer, one that is larger than an event may be is not', async () => {
  const delivery = await lake.create('d', {
    ...lambda({ BufferSizeInMBs: '0.5', BufferIntervalInSeconds: '60' }),
    bufferMib: 8,
  })
  lake.functions.handler = eachText(text => text)
  await lake.put(delivery, 'a'.repeat(300_000), 'b'.repeat(300_000), 'c')
  await lake.put(delivery, 'd'.repeat(5 * 1024 * 1024))
  await lake.world.clock.advance(60_000)
  const { data, failed } = await outputs()
  assert.deepEqual(
    lake.functions.events.map(({ records }) => records.length),
    [1, 2],
  )
  assert.equal(data.join('').length, 600_001)
  assert.deepEqual(
    failed.map(one => [textOf(one).length, one.errorCode]),
    [[5 * 1024 * 1024, 'Lambda.RequestTooLarge']],
  )
})

test('a delimiter is put behind what the function made of each record', async () => {
  const { processing } = lambda()
  const processors = [...(processing?.processors ?? []), { type: 'AppendDelimiterToRecord', parameters: [] }]
  const delivery = await lake.create('d', { processing: { enabled: true, processors }, compression: 'GZIP' })
  lake.functions.handler = eachText(text => text.toUpperCase())
  await lake.put(delivery, 'a', 'b')
  await lake.world.clock.advance(60_000)
  assert.deepEqual((await outputs()).data, ['A\nB\n'])
})

test('a change of the configuration waits for no delivery, and is the next object’s', async () => {
  const delivery = await lake.create('d', lambda())
  lake.functions.handler = async event => {
    if (delivery.state.version === 1) {
      await lake.firehose.update(delivery, { version: '1', change: { prefix: 'next/' } })
    }
    return eachText(text => text)(event)
  }
  await lake.put(delivery, 'a')
  await lake.world.clock.advance(60_000)
  await lake.put(delivery, 'b')
  await lake.world.clock.advance(60_000)
  const objects = await lake.buckets.objects()
  assert.deepEqual(
    objects.map(({ key, text }) => [key.replace(/-2025.*/, ''), text]),
    [
      ['2025/10/15/03/d-1', 'a'],
      ['next/2025/10/15/03/d-2', 'b'],
    ],
  )
})

test('a delivery stream that is deleted while its function runs is gone at once, and delivers nothing', async () => {
  const delivery = await lake.create('d', lambda())
  lake.functions.handler = () => new Promise(() => undefined)
  await lake.put(delivery, 'a')
  const delivering = lake.world.clock.advance(60_000)
  while (lake.functions.events.length === 0) await Promise.resolve()
  await lake.firehose.remove(delivery)
  await delivering
  assert.deepEqual(await lake.buckets.objects(), [])
})

test('how long records wait is counted once a minute, and the age of each delivery with it', async () => {
  const stream = await lake.stream('s')
  const delivery = await lake.create('d', { bufferSeconds: 150 }, stream)
  await lake.putInto(stream, 'a')
  await lake.world.clock.advance(30_000)
  await lake.putInto(stream, 'b')
  await lake.world.clock.advance(120_000)
  assert.deepEqual(lake.meter.samples('DeliveryToS3.DataFreshness'), [60, 120, 150])
  assert.deepEqual(lake.meter.samples('KinesisMillisBehindLatest'), [30_000, 30_000, 0])
  lake.buckets.missing = true
  await lake.putInto(stream, 'c')
  await lake.world.clock.advance(160_000)
  assert.ok((delivery.failure?.attempts ?? 0) > 2)
  assert.deepEqual(new Set(lake.meter.samples('DeliveryToS3.Success')), new Set([1, 0]))
  await lake.world.clock.advance(300_000)
  assert.ok((lake.meter.samples('DeliveryToS3.DataFreshness').at(-1) ?? 0) > 400, 'records that are held back grow old')
})
