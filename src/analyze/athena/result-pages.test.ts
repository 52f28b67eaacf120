/** Property: pages put together are the result, whatever its values, the page's size and how the bytes arrive. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pageBytesMax, type Row, readPage } from './result-pages.ts'

const csvOf = (rows: readonly Row[]) =>
  rows
    .map(row => `${row.map(value => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\n`)
    .join('')

async function* inChunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function pagesOf(bytes: Uint8Array, kind: 'csv' | 'text', rowsMax: number, chunk: number): Promise<Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < bytes.length; ) {
    const page = await readPage(inChunks(bytes.subarray(from), chunk), kind, rowsMax)
    assert.ok(page.bytes > 0 && page.rows.length <= rowsMax)
    rows.push(...page.rows)
    from += page.bytes
  }
  return rows
}

test('every value, NULL, quote, comma and line break comes back', async () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.constantFrom('', '"', ',', '\n', 'a"b', '\r\n', '湖,"琵琶"'),
  )
  const width = fc.integer({ min: 1, max: 4 })
  const rows = width.chain(size => fc.array(fc.array(value, { minLength: size, maxLength: size }), { maxLength: 20 }))
  const sizes = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 50 }))
  await fc.assert(
    fc.asyncProperty(rows, sizes, async (all, [rowsMax, chunk]) => {
      assert.deepEqual(await pagesOf(Buffer.from(csvOf(all)), 'csv', rowsMax, chunk), all)
    }),
    { numRuns: 200 },
  )
})

test('text is one row a line, and a quote in it means nothing', async () => {
  const lines = ['year=2025/month=10', 'a "b', '', 'c']
  const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
  assert.deepEqual(
    await pagesOf(bytes, 'text', 2, 3),
    lines.map(line => [line]),
  )
})

test('a page is read without touching what comes after it', async () => {
  let read = 0
  async function* endless(): AsyncIterable<Uint8Array> {
    for (;;) {
      read += 1
      yield Buffer.from('"a","b"\n')
    }
  }
  assert.equal((await readPage(endless(), 'csv', 10)).rows.length, 10)
  assert.equal(read, 10)
})

test('rows of megabytes make shorter pages, each of a row at least', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => [`${index}`, 'x'.repeat(pageBytesMax / 10)])
  const bytes = Buffer.from(csvOf(rows))
  const first = await readPage(inChunks(bytes, 65_536), 'csv', 1000)
  assert.equal(first.rows.length, 10)
  assert.deepEqual(await pagesOf(bytes, 'csv', 1000, 65_536), rows)
  const huge = Buffer.from(csvOf([['y'.repeat(pageBytesMax * 2)], ['z']]))
  assert.equal((await readPage(inChunks(huge, 65_536), 'csv', 1000)).rows.length, 1)
})
