// CSV as the source of a job loses no record and doubles none: each is a row or a dead letter with its text, its reason and
// its place, whatever its quotes, line breaks and field counts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { CsvSplitter } from './process/csv-splitter.ts'
import { parseSchema, type TransformRequest } from './request.ts'
import { fileOf, type Ran, readBack, transform } from './testing/tables.ts'

type Source = NonNullable<TransformRequest['source']>
const unload = (columns: string) => `UNLOAD (SELECT ${columns} FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')`

async function run(
  contents: readonly (readonly [path: string, content: string | Uint8Array])[],
  source: Partial<Source> = {},
  columns = '*',
): Promise<Ran> {
  const files = await Promise.all(contents.map(([path, content]) => fileOf(`s3://raw/${path}`, content)))
  const ran = await transform(unload(columns), { source: { files, required: [], ...source } })
  assert.equal(ran.recordsIn, ran.recordsOut + ran.dead.length)
  assert.equal(ran.deadLetters.count, ran.dead.length)
  return ran
}
const schema = parseSchema('id bigint, name string, t double')

test('columns are those of the header, whatever its order and case; what does not fit is a dead letter with its own text', async () => {
  const text = [
    'T,"Name",ID,more',
    '1.5,a,1,x',
    'abc,"b, ""B""",2,',
    '2,three,3',
    '',
    '0,"over',
    'lines",4,y\r',
    '1,,,z',
    '3,""x,5,y',
  ].join('\n')
  const ran = await run([['a.csv', text]], { schema, required: ['id'] })
  assert.deepEqual(await readBack(ran, "SELECT id, replace(name, chr(10), '/'), t FROM written ORDER BY id"), [
    '"1","a","1.5"',
    '"4","over/lines","0.0"',
  ])
  const object = 's3://raw/a.csv'
  assert.deepEqual(ran.dead, [
    { reason: 'the value of column t is no double', object, line: 3, ordinal: 1, raw: 'abc,"b, ""B""",2,' },
    { reason: 'the record has 3 fields, and the header 4', object, line: 4, ordinal: 1, raw: '2,three,3' },
    { reason: 'the required column id is missing or null', object, line: 8, ordinal: 1, raw: '1,,,z' },
    { reason: 'characters behind a closing quote', object, line: 9, ordinal: 1, raw: '3,""x,5,y' },
  ])
})

test('without a schema the names are the headers’ and the types what all values are', async () => {
  const ran = await run([
    ['a.csv', '\ufeffid,price,ok,code,day\n1,1,true,007,2025-10-15\n2,2.5,false,8,\n'],
    ['b.csv.gz', 'id,extra\r\n3,x\r\n'],
  ])
  assert.deepEqual(ran.sourceSchema, [
    { name: 'id', type: 'bigint' },
    { name: 'price', type: 'double' },
    { name: 'ok', type: 'boolean' },
    { name: 'code', type: 'string' },
    { name: 'day', type: 'string' },
    { name: 'extra', type: 'string' },
  ])
  assert.deepEqual(await readBack(ran, 'SELECT * FROM written ORDER BY id'), [
    '"1","1.0","true","007","2025-10-15",',
    '"2","2.5","false","8",,',
    '"3",,,,,"x"',
  ])
})

test('an empty field is NULL, and an empty text in quotes is one', async () => {
  const ran = await run([['a.csv', 'id,name,t\n1,,\n2,"",""\n']], { schema })
  assert.deepEqual(await readBack(ran, "SELECT id, name IS NULL, name = '', t IS NULL FROM written ORDER BY id"), [
    '"1","true",,"true"',
    '"2","false","true","true"',
  ])
})

test('without a header the columns are the schema’s by place, with the delimiter and the quote that are said', async () => {
  const csv = { header: false, delimiter: '\t', quote: "'" }
  const ran = await run([['a.tsv', "1\t'a\tb'\t2\n2\t\"c\t3\nx\ty\n"]], { schema, format: 'csv', csv })
  assert.deepEqual(await readBack(ran, 'SELECT id, name, t FROM written ORDER BY id'), [
    '"1","a\tb","2.0"',
    '"2","""c","3.0"',
  ])
  assert.deepEqual(
    ran.dead.map(({ reason, raw }) => [reason, raw]),
    [['the record has 2 fields, and the schema 3', 'x\ty']],
  )
  await assert.rejects(run([['a.csv', '1,a\n']], { csv }), /CSV without a header names no columns.*--SOURCE_SCHEMA/)
})

test('a quote that is never closed costs its own line', async () => {
  const ran = await run([['a.csv', 'id,name,t\n1,a,1\n2,"b,2\n3,c,3\n4,d,4']], { schema })
  assert.deepEqual(await readBack(ran, 'SELECT id FROM written ORDER BY id'), ['"1"', '"3"', '"4"'])
  assert.deepEqual(
    ran.dead.map(({ reason, line, raw }) => [reason, line, raw]),
    [['a quote is not closed', 3, '2,"b,2']],
  )
})

test('a gzip that was cut off keeps what could be read', async () => {
  const rows = Array.from({ length: 5000 }, (_, id) => `${id},${(id * 7919) % 104729},${id / 7}`)
  const whole = gzipSync(`id,name,t\n${rows.join('\n')}\n`)
  const ran = await run([['a.csv.gz', whole.subarray(0, whole.length / 2)]], { schema })
  assert.equal(ran.dead.length, 1)
  assert.match(ran.dead[0]?.reason ?? '', /gzip is damaged/)
  assert.ok(ran.recordsOut > 1000 && ran.recordsOut < 5000)
})

test('what cannot be told is refused: CSV beside JSON, a header with a name twice, nested columns', async () => {
  const mixed = run([
    ['a.csv', 'id\n1\n'],
    ['b.json', '{"id":1}\n'],
  ])
  await assert.rejects(mixed, /holds CSV \(s3:\/\/raw\/a\.csv\) and other objects \(s3:\/\/raw\/b\.json\)/)
  await assert.rejects(run([['a.csv', 'id,ID\n1,2\n']], { schema }), /its header names the column 'id' twice/)
  const nested = parseSchema('id bigint, list array<int>')
  await assert.rejects(
    run([['a.csv', 'id,list\n1,2\n']], { schema: nested }),
    /Column 'list' of type array<int> in CSV/,
  )
})

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...['a', '"', ',', '\n', '\r\n', ' ', 'ü', '\u0001', '\\', '{', '}']) }),
  fc.integer().map(String),
)
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

test('every table that is written as RFC 4180 says comes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      async (rows, crlf) => {
        const end = crlf ? '\r\n' : '\n'
        const text = rows.map(([a, b], id) => `${id},${quoted(a)},${quoted(b)}${end}`).join('')
        const ran = await run([['a.csv', `id,a,b${end}${text}`]], {
          schema: parseSchema('id bigint, a string, b string'),
        })
        assert.equal(ran.recordsOut, rows.length)
        const back = await readBack(ran, 'SELECT id, to_hex(to_utf8(a)), to_hex(to_utf8(b)) FROM written ORDER BY id')
        const hex = (value: string) => Buffer.from(value).toString('hex').toUpperCase()
        assert.deepEqual(
          back,
          rows.map(([a, b], id) => `"${id}","${hex(a)}","${hex(b)}"`),
        )
      },
    ),
    { numRuns: tries(25) },
  )
})

/** What a splitter makes of a text that comes in these chunks. */
function pieces(chunks: readonly Uint8Array[]): readonly string[] {
  const found: string[] = []
  const reader = {
    header: () => {},
    record: (fields: readonly { readonly text: string }[]) => ({
      document: Buffer.from(JSON.stringify(fields.map(({ text }) => text))),
    }),
  }
  const splitter = new CsvSplitter({ header: false, delimiter: ',', quote: '"' }, reader, piece =>
    found.push(`${piece.line} ${piece.reason ?? 'good'} ${Buffer.from(piece.bytes).toString('hex')}`),
  )
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return found
}

test('any bytes give the same records and rejects, however they are cut into chunks', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', '"', ',', '\n', '\n', '\r', 'ü'), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (whole, sizes) => {
      const bytes = Buffer.from(whole)
      const chunks: Uint8Array[] = []
      for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        chunks.push(bytes.subarray(from, from + size))
        from += size
      }
      assert.deepEqual(pieces(chunks), pieces([bytes]))
    }),
    { numRuns: 500 },
  )
})
