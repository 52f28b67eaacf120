// Operations on delivery streams are called no more often than AWS lets them be; puts are no business of theirs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BoundOperations, Call } from '../../gateway/operation.ts'
import { ControlRates } from './control-rates.ts'

const names = ['ListDeliveryStreams', 'PutRecord', 'StartDeliveryStreamEncryption', 'StopDeliveryStreamEncryption']
const operations = Object.fromEntries(
  names.map(name => [name, { name, part: undefined, declaration: {}, run: async () => name }]),
) as unknown as BoundOperations
const at = (seconds: number, account = '1') => ({ at: seconds * 1000, account, region: 'r' }) as Call
const input = (DeliveryStreamName: string) => ({ DeliveryStreamName })
const caller = () => {
  const paced = new ControlRates().paced(operations)
  return async (name: string, call: Call, stream = 's') => paced[name]?.run(input(stream), call)
}

test('the sixth call of an operation within a second is refused, and one later is not', async () => {
  const run = caller()
  for (let time = 0; time < 5; time++) await run('ListDeliveryStreams', at(time / 10))
  await assert.rejects(run('ListDeliveryStreams', at(0.9)), { code: 'ThrottlingException', message: /^Rate exceeded/ })
  assert.equal(await run('ListDeliveryStreams', at(1)), 'ListDeliveryStreams')
  await assert.rejects(run('ListDeliveryStreams', at(1)), { code: 'ThrottlingException' })
})

test('accounts and operations have their own rates, and records any', async () => {
  const run = caller()
  for (let time = 0; time < 5; time++) await run('ListDeliveryStreams', at(0))
  await run('ListDeliveryStreams', at(0, '2'))
  await run('StopDeliveryStreamEncryption', at(0))
  for (let time = 0; time < 100; time++) await run('PutRecord', at(0))
})

test('encryption is switched 25 times a day for a stream, on and off together', async () => {
  const run = caller()
  for (let time = 0; time < 13; time++) await run('StartDeliveryStreamEncryption', at(time))
  for (let time = 0; time < 12; time++) await run('StopDeliveryStreamEncryption', at(time + 20))
  await assert.rejects(run('StopDeliveryStreamEncryption', at(40)), { code: 'LimitExceededException' })
  await run('StopDeliveryStreamEncryption', at(40), 'other')
  await run('StopDeliveryStreamEncryption', at(24 * 3600))
})
