// Row groups are read whole where every thread may hold one, and the setting is changed only where it has to be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReadAhead } from './read-ahead.ts'

const on = ['SET GLOBAL prefetch_all_parquet_files = true']
const off = ['SET GLOBAL prefetch_all_parquet_files = false']

test('files of which all threads together fill less than a quarter of the memory are read ahead, larger ones in pieces', () => {
  const readAhead = new ReadAhead({ threads: 4, memoryBytesMax: 1600 })
  assert.deepEqual(readAhead.before(101), [])
  assert.deepEqual(readAhead.before(100), on)
  assert.deepEqual(readAhead.before(1), [])
  assert.deepEqual(readAhead.before(101), off)
  assert.deepEqual(readAhead.before(1000), [])
})
