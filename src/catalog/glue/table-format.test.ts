// What a SerDe's properties say is either read or refused by its name: nothing of a table is read otherwise than it says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serdes, tableFormat } from './table-format.ts'

const table = (library: string, parameters: Readonly<Record<string, string>>, own = {}) => ({
  name: 't',
  parameters: own,
  serde: { library, parameters },
})

const refused: readonly (readonly [library: string, parameters: Readonly<Record<string, string>>, said: RegExp])[] = [
  [serdes.json, { 'timestamp.formats': 'yyyy' }, /and timestamp\.formats, which cannot be read here/],
  [serdes.delimited, { 'line.delim': ';' }, /and the line\.delim ';'/],
  [serdes.delimited, { 'skip.header.line.count': 'one' }, /skip\.header\.line\.count is 'one'/],
  [serdes.csv, { 'skip.footer.line.count': '1' }, /skip\.footer\.line\.count/],
  [serdes.regex, {}, /no input\.regex/],
  [serdes.grok, {}, /no input\.format/],
  ['org.apache.hadoop.hive.ql.io.orc.OrcSerde', {}, /OrcSerde/],
]
for (const [library, parameters, said] of refused) {
  test(`${library} with ${JSON.stringify(parameters)} is refused by name`, () => {
    assert.throws(() => tableFormat(table(library, parameters)), said)
  })
}

test("the formats of Hive's JsonSerDe are read", () => {
  const { rows } = tableFormat(table(serdes.hiveJson, { 'timestamp.formats': 'yyyy-MM-dd' }))
  assert.deepEqual(rows, { serde: 'hive', timestampFormats: ['yyyy-MM-dd'] })
})

test('columns of Parquet are found by their places where the SerDe is told so', () => {
  const told = (value: string) => tableFormat(table(serdes.parquet, { 'parquet.column.index.access': value }))
  assert.deepEqual(told('TRUE'), { format: 'parquet', isByPlace: true })
  assert.deepEqual(told('false'), { format: 'parquet' })
})

test('headers may be declared on the table', () => {
  const { csv } = tableFormat(table(serdes.csv, {}, { 'skip.header.line.count': '1' }))
  assert.equal(csv?.skipLines, 1)
})

test('what a SerDe is told may stand in the table’s properties, which go before its own', () => {
  const { rows } = tableFormat(
    table(
      serdes.delimited,
      { 'field.delim': ',' },
      { 'serialization.null.format': '', 'timestamp.formats': 'yyyy, MM' },
    ),
  )
  assert.ok(rows?.serde === 'lazy' && rows.nullText === '' && rows.separators[0] === ',')
  assert.deepEqual(rows.timestampFormats, ['yyyy', 'MM'])
  const json = tableFormat(table(serdes.json, {}, { 'ignore.malformed.json': 'true' })).rows
  assert.ok(json?.serde === 'openx' && json.ignoreMalformed)
})

test('another input format than the SerDe’s own is refused by name, and none is the usual one', () => {
  const hadoop = 'org.apache.hadoop.mapred.SequenceFileInputFormat'
  const links = 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
  for (const library of [serdes.delimited, serdes.csv, serdes.json, serdes.parquet])
    for (const inputFormat of [hadoop, links])
      assert.throws(() => tableFormat({ ...table(library, {}), inputFormat }), new RegExp(inputFormat))
  assert.equal(tableFormat({ ...table(serdes.delimited, {}), inputFormat: '' }).format, 'csv')
})

test('documents of CloudTrail hold their rows in a list', () => {
  const inputFormat = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
  for (const library of [serdes.cloudTrail, serdes.json, serdes.hiveJson]) {
    const { rows } = tableFormat({ ...table(library, {}), inputFormat })
    assert.ok(rows?.serde === 'openx' && rows.rowsIn === 'Records')
  }
  const { rows } = tableFormat(table(serdes.json, {}))
  assert.ok(rows?.serde === 'openx' && rows.rowsIn === undefined)
})
