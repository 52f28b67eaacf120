// A partition's folders say its values, whatever is in them, and are told from other folders.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hiveNull, parseFolder, partitionPath } from './partition-path.ts'

test('keys and values come back out of the folder as they went in', () => {
  const text = fc.string({ minLength: 1 })
  fc.assert(
    fc.property(text, text, (key, value) => {
      const path = partitionPath([key], [value])
      assert.equal(path.split('/').length, 2, 'one folder, whatever the value holds')
      assert.deepEqual(parseFolder(path.slice(0, -1)), { key, value })
    }),
  )
})

test('nothing and the empty text are the default partition', () => {
  assert.equal(partitionPath(['a', 'b', 'c'], [null, '', 'x']), `a=${hiveNull}/b=${hiveNull}/c=x/`)
})

test('a folder without a key is none', () => {
  assert.deepEqual([parseFolder('2025'), parseFolder('=x')], [undefined, undefined])
})
