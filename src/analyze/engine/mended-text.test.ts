// Text that is not UTF-8 is read, with U+FFFD for what is no character, by every SerDe, packed or plain; and text that is
// UTF-8 is read as it is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { RowFormat } from '../../formats/row-format.ts'
import type { TableSource } from './request.ts'
import { parseSchema } from './request.ts'
import { fileOf, query, transform } from './testing/tables.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const rows: Readonly<Record<string, RowFormat>> = {
  openx: {
    ...{ serde: 'openx', caseInsensitive: true, dotsToUnderscores: false, keyMappings: {}, ignoreMalformed: false },
  },
  lazy: { serde: 'lazy', separators: [',', '|', ':'], nullText: '\\N', skipLines: 0 },
  opencsv: { serde: 'opencsv', separator: ',', quote: '"', escape: '\\', skipLines: 0 },
  regex: { serde: 'regex', pattern: '([^,]*),([^,]*)', flags: 's', skipLines: 0 },
}

async function tableOf(
  format: RowFormat,
  files: Readonly<Record<string, Uint8Array>>,
  name = 't',
): Promise<TableSource> {
  const made = await Promise.all(
    Object.entries(files).map(async ([file, content]) => ({
      ...(await fileOf(`s3://b/${name}/${file}`, content)),
      partition: -1,
    })),
  )
  return {
    ...{ database: 'default', name, format: format.serde === 'openx' ? 'json' : 'csv', rows: format },
    ...{ columns: parseSchema('a string, n int'), partitionColumns: [], partitions: [] },
    files: async () => made,
  }
}

for (const [name, format] of Object.entries(rows))
  test(`bytes that are no UTF-8 are shown as U+FFFD (${name})`, async () => {
    const line = (text: string, n: number) => (name === 'openx' ? `{"a":"${text}","n":${n}}\n` : `${text},${n}\n`)
    const t = await tableOf(format, {
      sound: Buffer.from(line('caf\u00e9 \u65e5\u672c', 1)),
      broken: latin1(line('caf\u00e9', 2) + line('\u0080\u00ff', 3) + line('plain', 4)),
      'broken.gz': gzipSync(latin1(line('na\u00efve', 5))),
      'broken.zst': zstdCompressSync(Buffer.concat([Buffer.from(line('\u00e9', 6)), latin1(line('\u00e9', 7))])),
    })
    const expected = ['café 日本', 'caf\ufffd', '\ufffd\ufffd', 'plain', 'na\ufffdve', 'é', '\ufffd']
    for (const round of ['first', 'again']) {
      const answer = await query('SELECT a, n FROM t ORDER BY n', [t])
      assert.deepEqual(
        answer.lines.slice(1),
        expected.map((text, index) => `"${text}","${index + 1}"`),
        round,
      )
      const files = await t.files([])
      assert.equal(
        answer.scannedBytes,
        files.reduce((sum, { bytes }) => sum + bytes, 0),
      )
    }
    assert.deepEqual((await query('SELECT count(*), sum(n) FROM t', [t])).lines.slice(1), ['"7","28"'])
    const paths = await query('SELECT count(DISTINCT "$path") FROM t WHERE n > 4 AND a LIKE \'%_\'', [t])
    assert.deepEqual(paths.lines.slice(1), ['"2"'])
  })

test('a statement that writes, and one that joins, take such text as well', async () => {
  const format = rows.lazy as RowFormat
  const [t, u] = [
    await tableOf(format, { x: latin1('\u00e9,1\nb,2\n') }),
    await tableOf(format, { x: latin1('b,2\n\u00fc,1\n') }, 'u'),
  ]
  const joined = await query('SELECT t.a, u.a FROM t JOIN u ON t.n = u.n ORDER BY t.n', [t, u])
  assert.deepEqual(joined.lines.slice(1), ['"\ufffd","\ufffd"', '"b","b"'])
  const again = await tableOf(format, { x: latin1('\u00e9,1\nb,2\nc,2\n') })
  const ran = await transform(
    "UNLOAD (SELECT a, n FROM t) TO 's3://b/o/' WITH (format = 'JSON', partitioned_by = ARRAY['n'])",
    {
      tables: async () => [again],
    },
  )
  assert.equal(ran.rowsWritten, 3)
  assert.deepEqual(ran.files.map(({ partition }) => partition[0]?.[1]).sort(), ['1', '2'])
})

test('a packed file that is cut off and is no UTF-8 is told as cut off', async () => {
  const packed = gzipSync(latin1('\u00e9,1\n'.repeat(50_000)))
  const t = await tableOf(rows.lazy as RowFormat, { 'x.gz': packed.subarray(0, packed.length - 50) })
  await assert.rejects(query('SELECT count(a) FROM t', [t]), /Unexpected end of input stream: s3:\/\/b\/t\/x.gz/)
})
