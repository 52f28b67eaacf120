// Documents that stand one behind the other are found, each whole, however they are written and whatever is between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonDocuments } from './json-documents.ts'

const texts = (text: string) => jsonDocuments(Buffer.from(text))?.map(bytes => Buffer.from(bytes).toString())

test('any objects and arrays are found as they were written', () => {
  const document = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))
  const written = fc.tuple(document, fc.nat(3)).map(([value, indent]) => JSON.stringify(value, undefined, indent))
  fc.assert(
    fc.property(fc.array(fc.tuple(written, fc.constantFrom('', ' ', '\n', '\r\n\t'))), documents => {
      assert.deepEqual(
        texts(documents.flat().join('')),
        documents.map(([text]) => text),
      )
    }),
  )
})

const cases: readonly (readonly [text: string, found: readonly string[] | undefined])[] = [
  ['', []],
  [' \n', []],
  ['{"a":"}{"}{"b":"\\"}"}', ['{"a":"}{"}', '{"b":"\\"}"}']],
  ['{"a":1}{"b"', undefined],
  ['{"a":"', undefined],
  ['{"a":1} x', undefined],
  ['12', undefined],
  ['"text"', undefined],
]
for (const [text, found] of cases) {
  test(`${JSON.stringify(text)} is ${found === undefined ? 'not a row of documents' : `${found.length} documents`}`, () => {
    assert.deepEqual(texts(text), found)
  })
}
