// What is let into a delivery stream in any second is AWS's quota and no more, and it fills again with time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throughput } from './throughput.ts'

const mib = 1024 * 1024
const admitted = (throughput: Throughput, at: number, sizes: readonly number[]) =>
  throughput.admit(at, sizes)?.filter(Boolean).length

test('bytes beyond a MiB in a second are turned away, record by record', () => {
  const throughput = new Throughput('ap-northeast-1')
  assert.deepEqual(throughput.admit(0, [mib - 100, 200, 100]), [true, false, true])
  assert.equal(admitted(throughput, 0, [1]), 0)
  assert.equal(admitted(throughput, 500, [mib / 2, 1]), 1)
})

test('in the large regions five MiB pass, and twice the requests', () => {
  const throughput = new Throughput('us-east-1')
  assert.equal(admitted(throughput, 0, [4 * mib, mib, 1]), 2)
  for (let request = 1; request < 2000; request++) assert.ok(throughput.admit(0, []))
  assert.equal(throughput.admit(0, []), undefined)
})

test('requests beyond a thousand in a second are turned away whole, and pass later', () => {
  const throughput = new Throughput('eu-central-1')
  for (let request = 0; request < 1000; request++) assert.ok(throughput.admit(0, [1]))
  assert.equal(throughput.admit(0, [1]), undefined)
  assert.ok(throughput.admit(1, [1]))
  assert.equal(throughput.admit(1, [1]), undefined)
})

test('a hundred thousand records pass in a second', () => {
  const throughput = new Throughput('eu-central-1')
  const records = Array.from({ length: 500 }, () => 1)
  for (let request = 0; request < 200; request++) assert.equal(admitted(throughput, 0, records), 500)
  assert.equal(admitted(throughput, 0, records), 0)
})

test('a clock that goes back fills nothing and blocks nothing', () => {
  const throughput = new Throughput('eu-central-1')
  assert.equal(admitted(throughput, 10_000, [mib]), 1)
  assert.equal(admitted(throughput, 9_000, [1]), 0)
  assert.equal(admitted(throughput, 11_000, [mib]), 1)
})
