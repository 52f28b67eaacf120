// A page is what sorting all keys by their bytes and cutting them up would give, wherever it begins; and it seeks past a
// folder instead of walking through it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byteSuccessor } from './byte-order.ts'
import { after, type Bound, folderOf, type Position, takePage } from './paging.ts'

const inByteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const key = fc
  .array(fc.constantFrom('a', 'b', '/', '//', '\u0000', '～', '🗻', '\u{10ffff}', '\ud7ff', '\ue000'), {
    minLength: 1,
    maxLength: 6,
  })
  .map(parts => parts.join(''))
const delimiter = fc.constantFrom('', '/', '//', 'a')

/** As the ledger walks, and how often. */
function walkOver(keys: readonly string[]) {
  const sorted = [...new Set(keys)].toSorted(inByteOrder).map(one => ({ key: one }))
  const seen = { walks: 0, rows: 0 }
  function* walk(from: Position, below: Bound) {
    seen.walks++
    for (const row of sorted) {
      if (inByteOrder(row.key, from.key) < 0) continue
      if (typeof below === 'string' && inByteOrder(row.key, below) >= 0) return
      seen.rows++
      yield row
    }
  }
  return { sorted, walk, seen }
}

test('pages put together are the whole listing', () => {
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 30 }),
      fc.oneof(fc.constant(''), key),
      delimiter,
      fc.integer({ min: 1, max: 4 }),
      (keys, prefix, cut, limit) => {
        const { sorted, walk } = walkOver(keys)
        const expected: string[] = []
        for (const one of sorted) {
          if (!one.key.startsWith(prefix)) continue
          const entry = folderOf(one.key, prefix, cut) ?? one.key
          if (expected.at(-1) !== entry) expected.push(entry)
        }
        const found: string[] = []
        let from: Position = { key: '' }
        for (;;) {
          const page = takePage({ prefix, delimiter: cut, from, limit }, walk)
          const entries = [...page.items.map(item => item.key), ...page.folders]
          assert.ok(entries.length <= limit)
          found.push(...entries.toSorted(inByteOrder))
          if (!page.truncated) break
          assert.ok(page.last)
          from = after('folder' in page.last ? page.last.folder : page.last.item.key, prefix, cut)
        }
        assert.deepEqual(found, expected)
      },
    ),
  )
})

test('a folder costs one seek and one row, however much lies in it', () => {
  const keys = Array.from({ length: 10 }, (_, folder) =>
    Array.from({ length: 1000 }, (_, file) => `${folder}/${file}`),
  ).flat()
  const { walk, seen } = walkOver(keys)
  const page = takePage({ prefix: '', delimiter: '/', from: { key: '' }, limit: 1000 }, walk)
  assert.equal(page.folders.length, 10)
  assert.equal(seen.rows, 10)
  assert.equal(seen.walks, 11)
})

test('the successor of a prefix is the least text greater than all that begin with it', () => {
  fc.assert(
    fc.property(key, key, key, (prefix, rest, other) => {
      const next = byteSuccessor(prefix)
      if (next === undefined) return assert.match(prefix, /^\u{10ffff}+$/u)
      assert.ok(inByteOrder(prefix + rest, next) < 0)
      assert.ok(inByteOrder(prefix, next) < 0)
      if (!other.startsWith(prefix) && inByteOrder(other, prefix) > 0) assert.ok(inByteOrder(other, next) >= 0)
    }),
  )
})
