// The splitter drops nothing that is not white space, finds every whole document, and does not care how its input is cut.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Piece, Splitter } from './splitter.ts'

function split(text: string | Uint8Array, sizes: readonly number[] = []): { pieces: readonly Piece[]; glued: boolean } {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const pieces: Piece[] = []
  const splitter = new Splitter(piece => pieces.push({ ...piece, bytes: Uint8Array.from(piece.bytes) }))
  let at = 0
  for (const size of sizes) {
    splitter.push(bytes.subarray(at, at + size))
    at += size
  }
  splitter.push(bytes.subarray(at))
  splitter.end()
  return { pieces, glued: splitter.glued }
}

function told(text: string): readonly string[] {
  return split(text).pieces.map(
    ({ line, ordinal, bytes, reason }) =>
      `${line}.${ordinal} ${Buffer.from(bytes)}${reason === undefined ? '' : ` ! ${reason}`}`,
  )
}

test('documents are told apart by their brackets, with or without a line break', () => {
  assert.deepEqual(told('{"a":1}{"a":2} {"a":3}\n{"a":4}\n'), [
    '1.1 {"a":1}',
    '1.2 {"a":2}',
    '1.3 {"a":3}',
    '2.1 {"a":4}',
  ])
  assert.equal(split('{"a":1}\n{"a":2}').glued, false)
  assert.equal(split('{"a":1}{"a":2}').glued, true)
})

test('a document over several lines is one document, and what follows its end on that line is another', () => {
  assert.deepEqual(
    told('{\n  "a": [\n    {"b": "}{"}\n  ]\n}{"c":1}\n{"d":1}'),
    ['1.1 {\n  "a": [\n    {"b": "}{"}\n  ]\n}', '5.2 {"c":1}', '6.1 {"d":1}'].map(one => one),
  )
})

test('brackets and quotes inside strings are text', () => {
  assert.deepEqual(told('{"a":"\\"}{\\\\"}{"b":"["}'), ['1.1 {"a":"\\"}{\\\\"}', '1.2 {"b":"["}'])
})

test('a document that is cut off does not swallow the next', () => {
  assert.deepEqual(told('{"a":1,\n{"b":2}\n'), ['1.1 {"a":1, ! the document is not closed', '2.1 {"b":2}'])
  assert.deepEqual(told('{"a":"x\n{"b":2}\n'), ['1.1 {"a":"x ! a line break inside a string', '2.1 {"b":2}'])
  assert.deepEqual(told('{"a":{"b":1}\n\n{"c":2}'), ['1.1 {"a":{"b":1}\n ! the document is not closed', '3.1 {"c":2}'])
})

test('what is no document is a reject up to the end of its line', () => {
  assert.deepEqual(told('broken {"a":1}\n{"b":2}x\n7'), [
    '1.1 broken {"a":1} ! not a JSON document',
    '2.1 {"b":2}',
    '2.2 x ! not a JSON document',
    '3.1 7 ! not a JSON document',
  ])
})

test('bytes that are no UTF-8 are a reject of their own', () => {
  const { pieces } = split(Buffer.from('{"a":"\xff"}\n{"b":1}', 'latin1'))
  assert.deepEqual(
    pieces.map(piece => piece.reason),
    ['not valid UTF-8', undefined],
  )
})

test('every document comes out once, whatever stands between them and however the input is cut', () => {
  const document = fc.json({ maxDepth: 3 }).map(text => `{"v":${text}}`)
  const gap = fc.constantFrom('', '\n', ' ', '\n\n', '\r\n', '\t')
  fc.assert(
    fc.property(fc.array(fc.tuple(document, gap)), fc.array(fc.nat(40)), (documents, sizes) => {
      const { pieces } = split(documents.flat().join(''), sizes)
      assert.deepEqual(
        pieces.map(piece => Buffer.from(piece.bytes).toString()),
        documents.map(([text]) => text),
      )
      assert.ok(pieces.every(piece => piece.reason === undefined))
    }),
  )
})

test('nothing but white space is lost, whatever the input', () => {
  const text = fc
    .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', ' ', 'a', '1'), { maxLength: 60 })
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(text, fc.array(fc.nat(10)), (input, sizes) => {
      const visible = (value: string) => value.replaceAll(/\s/g, '')
      const { pieces } = split(input, sizes)
      assert.equal(visible(pieces.map(piece => Buffer.from(piece.bytes).toString()).join('')), visible(input))
      assert.deepEqual(pieces, split(input).pieces)
    }),
  )
})
