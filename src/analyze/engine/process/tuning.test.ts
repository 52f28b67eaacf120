// Row groups are read whole where every thread may hold one, threads are as many as the task may have, and a setting is changed only
// where it has to be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tuning } from './tuning.ts'

const on = ['SET GLOBAL prefetch_all_parquet_files = true']
const off = ['SET GLOBAL prefetch_all_parquet_files = false']

test('files of which all threads together fill less than a quarter of the memory are read ahead, larger ones in pieces', () => {
  const tuning = new Tuning({ threads: 4, memoryBytesMax: 1600 }, { threads: 4 })
  assert.deepEqual(tuning.before(101), [])
  assert.deepEqual(tuning.before(100), on)
  assert.deepEqual(tuning.before(1), [])
  assert.deepEqual(tuning.before(101), off)
  assert.deepEqual(tuning.before(1000), [])
})

test('a task has as many threads as it is told, and nothing is said while they stay as many', () => {
  const share = { threads: 4 }
  const tuning = new Tuning({ threads: 4, memoryBytesMax: 1600 }, share)
  assert.deepEqual(tuning.before(101), [])
  share.threads = 1
  assert.deepEqual(tuning.before(101), ['SET GLOBAL threads = 1'])
  assert.deepEqual(tuning.before(101), [])
  share.threads = 4
  assert.deepEqual(tuning.before(1), [...on, 'SET GLOBAL threads = 4'])
})
