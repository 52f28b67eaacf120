/** Property: a result's columns are told as Athena tells them, in the answer and in the .metadata object. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metadataBytes, queryColumn, textColumn } from './result-columns.ts'

const told = (engineType: string) => {
  const { type, precision, scale, caseSensitive } = queryColumn('x', engineType)
  return [type, precision, scale, caseSensitive]
}

test('types, precisions and scales are Athena’s', () => {
  assert.deepEqual(told('varchar'), ['varchar', 2147483647, 0, true])
  assert.deepEqual(told('varchar(5)'), ['varchar', 5, 0, true])
  assert.deepEqual(told('bigint'), ['bigint', 19, 0, false])
  assert.deepEqual(told('decimal(10,2)'), ['decimal', 10, 2, false])
  assert.deepEqual(told('double'), ['double', 17, 0, false])
  assert.deepEqual(told('real'), ['float', 17, 0, false])
  assert.deepEqual(told('timestamp'), ['timestamp', 3, 0, false])
  assert.deepEqual(told('timestamp(3)'), ['timestamp', 3, 0, false])
  assert.deepEqual(told('timestamp(3) with time zone'), ['timestamp with time zone', 3, 0, false])
  assert.deepEqual(told('array(decimal(3,1))'), ['array', 0, 0, false])
  assert.deepEqual(told('map(varchar, bigint)'), ['map', 0, 0, false])
  assert.deepEqual(told('row(a bigint)'), ['row', 0, 0, false])
  assert.deepEqual(told('boolean'), ['boolean', 0, 0, false])
})

/** Reads the fields of a protocol-buffers message: number, then text or value. */
function fieldsOf(bytes: Uint8Array): readonly (readonly [number, Uint8Array | number])[] {
  const fields: (readonly [number, Uint8Array | number])[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    if ((tag & 7) === 0) {
      fields.push([tag >> 3, varint()])
      continue
    }
    const length = varint()
    fields.push([tag >> 3, bytes.subarray(at, at + length)])
    at += length
  }
  return fields
}

test('the metadata object holds every column', () => {
  const columns = [queryColumn('device_id', 'varchar'), queryColumn('avg', 'decimal(38,10)'), textColumn('partition')]
  const read = fieldsOf(metadataBytes(columns, { id: 'q' }))
    .slice(1)
    .map(([number, bytes]) => {
      assert.equal(number, 4)
      assert.ok(bytes instanceof Uint8Array)
      const fields = new Map(
        fieldsOf(bytes).map(([key, value]) => [key, typeof value === 'number' ? value : Buffer.from(value).toString()]),
      )
      return [1, 4, 5, 6, 7, 8, 9, 10].map(key => fields.get(key))
    })
  assert.deepEqual(read, [
    ['hive', 'device_id', 'device_id', 'varchar', 2147483647, 0, 3, 1],
    ['hive', 'avg', 'avg', 'decimal', 38, 10, 3, 0],
    ['hive', 'partition', 'partition', 'string', undefined, undefined, 3, undefined],
  ])
})

test('precision, scale and case are told of the types that have them', () => {
  const kept = (engineType: string) => {
    const [, column] = fieldsOf(metadataBytes([queryColumn('x', engineType)], { id: 'q' })).map(([, bytes]) => bytes)
    assert.ok(column instanceof Uint8Array)
    return fieldsOf(column).flatMap(([number]) => ([7, 8, 10].includes(number) ? [number] : []))
  }
  assert.deepEqual(kept('timestamp(3) with time zone'), [7, 8, 10])
  assert.deepEqual(kept('date'), [8, 10])
  for (const type of ['boolean', 'interval day to second', 'interval year to month'])
    assert.deepEqual(kept(type), [10], type)
  for (const type of ['array(bigint)', 'map(varchar, bigint)', 'row(a bigint)', 'json', 'uuid', 'ipaddress'])
    assert.deepEqual(kept(type), [], type)
})

test('the metadata object names the query, and of a statement that wrote what it was and how many rows', () => {
  const first = (update?: { readonly type: string; readonly count: number }) =>
    fieldsOf(metadataBytes([queryColumn('rows', 'bigint')], { id: 'q', update }))
      .slice(0, -1)
      .map(([number, value]) => [number, typeof value === 'number' ? value : Buffer.from(value).toString()])
  assert.deepEqual(first(), [[1, 'q']])
  assert.deepEqual(first({ type: 'INSERT', count: 0 }), [
    [1, 'q'],
    [2, 'INSERT'],
    [3, 0],
  ])
})
