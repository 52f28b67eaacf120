// The properties of a table with partition projection: what they make, where its partitions lie, and what is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectionOf } from './projection.ts'

const table = (parameters: Readonly<Record<string, string>>, types: readonly string[] = ['string']) => ({
  ...{ database: 'db', name: 't', location: 's3://b/t' },
  parameters: { 'projection.enabled': 'TRUE', ...parameters },
  partitionKeys: types.map((type, index) => ({ name: `p${index}`, type })),
})

test('a table without projection.enabled = true projects nothing', () => {
  assert.equal(projectionOf(table({ 'projection.enabled': 'false', 'projection.p0.type': 'enum' })), undefined)
})

test('without a template a partition lies where Hive would have put it', () => {
  const projection = projectionOf(table({ 'projection.p0.type': ' Enum ', 'projection.p0.values': 'a, b,a' }))
  assert.deepEqual(projection?.columns, [{ kind: 'enum', values: ['a', ' b'] }])
  assert.equal(projection?.locationOf(['x:y']), 's3://b/t/p0=x%3Ay/')
})

test('a template says where a partition lies, dates in their format', () => {
  const projection = projectionOf(
    table(
      {
        'projection.p0.type': 'date',
        'projection.p0.format': 'yyyy/MM/dd',
        'projection.p0.range': '2020/01/01 , NOW+1MONTHS',
        'projection.p1.type': 'integer',
        'projection.p1.range': '0001,0099',
        'projection.p1.digits': '4',
        'projection.p1.interval': ' 2 ',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the property's own placeholders
        'storage.location.template': 's3://c/${p1}/x-${p0}',
      },
      ['date', 'string'],
    ),
  )
  assert.deepEqual(projection?.columns, [
    {
      ...{ kind: 'date', first: { at: Date.UTC(2020, 0, 1) }, last: { fromNow: 1, unit: 'months' } },
      ...{ format: 'yyyy/MM/dd', interval: 1, unit: 'days' },
    },
    { kind: 'integer', first: '1', last: '99', interval: 2, digits: 4 },
  ])
  assert.equal(projection?.locationOf(['2025-10-15', '0003']), 's3://c/0003/x-2025/10/15/')
})

const date = {
  'projection.p0.type': 'date',
  'projection.p0.format': 'yyyy-MM-dd',
  'projection.p0.range': '2020-01-01,NOW',
}
const refused: readonly (readonly [properties: Readonly<Record<string, string>>, message: RegExp])[] = [
  [
    {},
    /^HIVE_METASTORE_ERROR: Table db\.t is configured for partition projection, but the following partition columns are missing projection configuration: \[p0\] \(table db\.t\)$/,
  ],
  [{ 'projection.p0.type': 'list' }, /must be enum, integer, date or injected/],
  [{ 'projection.p0.type': 'enum' }, /projection\.p0\.values/],
  [{ 'projection.p0.type': 'integer', 'projection.p0.range': '1-5' }, /'first,last'/],
  [{ 'projection.p0.type': 'integer', 'projection.p0.range': '1,NOW' }, /integers of 64 bits/],
  [{ 'projection.p0.type': 'integer', 'projection.p0.range': '5,1' }, /must not be greater/],
  [
    { 'projection.p0.type': 'integer', 'projection.p0.range': '1,5', 'projection.p0.interval': '0' },
    /positive integer/,
  ],
  [{ ...date, 'projection.p0.range': '2020/01/01,NOW' }, /no date of the format 'yyyy-MM-dd'/],
  [{ ...date, 'projection.p0.range': '2020-01-01,NOW+1FORTNIGHTS' }, /NOW\+n/],
  [{ ...date, 'projection.p0.format': 'YYYY-ww' }, /the letter 'Y'/],
  [
    { ...date, 'projection.p0.format': 'yyyy-MM-dd HH', 'projection.p0.range': '2020-01-01 00,NOW' },
    /interval\.unit are required/,
  ],
  [{ ...date, 'projection.p0.interval.unit': 'decades' }, /YEARS, MONTHS/],
  [{ ...date, 'storage.location.template': 's3://b/t/' }, /no placeholder: \[p0\]/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the property's own placeholders
  [{ ...date, 'storage.location.template': 's3://b/${p0}/${x}' }, /\[x\] are no partition columns/],
]
for (const [properties, message] of refused) {
  test(`${JSON.stringify(properties)} is refused, and why`, () => {
    assert.throws(
      () => projectionOf(table(properties)),
      (cause: Error) => message.test(cause.message),
    )
  })
}
