/** Property: of the changed schema every text is bytes, everything else is as it was, and so is its length. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textsAsBytes } from './parquet-as-bytes.ts'
import { NotParquet } from './parquet-footer.ts'
import { parseParquetSchema, type SchemaElement } from './parquet-schema.ts'

/** A footer of a root and these elements, each the fields behind its repetition and its name. */
function footer(elements: readonly (readonly [name: string, physical: number, rest: string])[]): Uint8Array {
  const text = (value: string) => Buffer.concat([Uint8Array.of(value.length), Buffer.from(value)])
  const root = Buffer.concat([Uint8Array.of(0x48), text('root'), Uint8Array.of(0x15, elements.length * 2, 0)])
  const fields = elements.map(([name, physical, rest]) =>
    Buffer.concat([
      Uint8Array.of(0x15, physical * 2, 0x25, 2, 0x18),
      text(name),
      Buffer.from(rest.replaceAll(' ', ''), 'hex'),
      Uint8Array.of(0),
    ]),
  )
  return Buffer.concat([
    Uint8Array.of(0x15, 2, 0x19, ((elements.length + 1) << 4) | 12),
    root,
    ...fields,
    Uint8Array.of(0x16, 0, 0),
  ])
}
const [int32, byteArray] = [1, 6]
const shown = (bytes: Uint8Array) =>
  parseParquetSchema(bytes).children.map(({ name, physical, annotation }: SchemaElement) => [
    name,
    physical,
    annotation,
  ])

test('texts are bytes, by whichever of their names they were texts', () => {
  const before = footer([
    ['older', byteArray, '25 00'],
    ['both', byteArray, '25 00 4c 1c 00 00'],
    ['newer', byteArray, '6c 1c 00 00'],
    ['numbered', byteArray, '25 00 35 06 1c 1c 00 00'],
    ['json', byteArray, '25 26'],
    ['date', int32, '25 0c 4c 6c 00 00'],
    ['bytes', byteArray, ''],
  ])
  assert.deepEqual(
    shown(before)
      .map(([name, , annotation]) => [name, annotation])
      .slice(0, 4),
    [
      ...[
        ['older', 'UTF8'],
        ['both', 'UTF8'],
        ['newer', 'STRING'],
        ['numbered', 'UTF8'],
      ],
    ],
  )
  const after = textsAsBytes(before)
  assert.equal(after.length, before.length)
  assert.deepEqual(shown(after), [
    ...['older', 'both', 'newer', 'numbered'].map(name => [name, 'BYTE_ARRAY', '']),
    ['json', 'BYTE_ARRAY', 'JSON'],
    ['date', 'INT32', 'DATE'],
    ['bytes', 'BYTE_ARRAY', ''],
  ])
})

test('what cannot be said in as many bytes is refused', () => {
  assert.throws(() => textsAsBytes(footer([['scaled', byteArray, '25 00 15 00']])), NotParquet)
  assert.throws(() => textsAsBytes(footer([['long', byteArray, '05 0c 00']])), NotParquet)
})
