// What a sample of text is taken for: types of JSON values, documents with and without newlines, delimiters and headers,
// and which keys a glob excludes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleCsv } from './csv-sample.ts'
import { exclusionOf } from './exclusions.ts'
import { sampleJson } from './json-sample.ts'

const columns = (
  found: { readonly columns: readonly { readonly name: string; readonly type: string }[] } | undefined,
) => found?.columns.map(({ name, type }) => `${name} ${type}`).join(', ')

for (const [text, expected] of [
  ['{"a":1}', 'a int'],
  ['{"a":1.0}', 'a double'],
  ['{"a":2147483648}', 'a bigint'],
  ['{"a":99999999999999999999}', 'a double'],
  ['{"a":1}{"a":2.5}', 'a double'],
  ['{"a":1}\n{"a":"x"}', 'a string'],
  ['{"a":null}{"a":true}', 'a boolean'],
  ['{"a":[1,2.5]}', 'a array<double>'],
  ['{"a":[]}', 'a array<string>'],
  ['{"a":{}}', 'a string'],
  ['{"A":{"B":1}}{"a":{"c":"}"}}', 'a struct<b:int,c:string>'],
  ['{"a":1}\ngarbage\n{"a":2}', 'a int'],
  ['[{"a":1}]', 'array array<struct<a:int>>'],
  ['garbage\nmore\n{"a":1}', undefined],
] as const)
  test(`JSON ${text.replaceAll('\n', '\\n')} has the columns ${expected}`, () => {
    assert.equal(columns(sampleJson(text)), expected)
  })

test('documents are counted whether a newline stands between them or not, the cut off last one is not', () => {
  const document = fc.record({ text: fc.string(), n: fc.integer(), list: fc.array(fc.string()) })
  fc.assert(
    fc.property(fc.array(document, { minLength: 1 }), fc.constantFrom('', '\n', '\r\n', ' '), (documents, between) => {
      const text = documents.map(each => JSON.stringify(each)).join(between)
      assert.equal(sampleJson(text)?.records, documents.length)
      assert.equal(sampleJson(`${text}{"text":"cut o`)?.records, documents.length)
    }),
  )
})

for (const [text, expected] of [
  ['a,b\n1,2\n', 'a bigint, b bigint'],
  ['a,b\nx,y\n', 'col0 string, col1 string'],
  ['1|2.5\n3|4\n', 'col0 bigint, col1 double'],
  ['id;ok\r\n1;true\r\n', 'id bigint, ok boolean'],
  ['id,place\n1,"Tokyo, JP"\n2,"say ""hi"""\n', 'id bigint, place string'],
  ['id,n\n1,\n2,3\n', 'id bigint, n bigint'],
  ['one line only,2', undefined],
  ['a,b\n1,2,3\n', undefined],
  ['no delimiter\nat all\n', undefined],
] as const)
  test(`CSV ${JSON.stringify(text)} has the columns ${expected}`, () => {
    assert.equal(columns(sampleCsv(text, true)), expected)
  })

for (const [glob, excluded, kept] of [
  ['*.tmp', 'a.tmp', 'x/a.tmp'],
  ['**.tmp', 'x/a.tmp', 'a.tmpx'],
  ['logs/**', 'logs/a/b', 'log/a'],
  ['a?c', 'abc', 'a/c'],
  ['[a-c]x', 'bx', 'dx'],
  ['[!a]x', 'bx', 'ax'],
  ['*.{csv,gz}', 'a.gz', 'a.json'],
  ['a\\*', 'a*', 'ab'],
] as const)
  test(`${glob} excludes ${excluded} and not ${kept}`, () => {
    const exclude = exclusionOf([glob])
    assert.deepEqual([exclude(excluded), exclude(kept)], [true, false])
  })

test('a glob that explodes elsewhere is answered at once', () => {
  assert.equal(exclusionOf([`${'**a'.repeat(50)}b`])('a'.repeat(1000)), false)
})
