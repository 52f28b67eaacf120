// Numbers that DuckDB writes in a way of its own are written so that everybody reads them: in JSON, in text, and read again.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { readBack, transform } from './testing/tables.ts'

const sql = `SELECT 1 AS id, nan() AS a, -infinity() AS b, REAL '0.1' AS c, CAST('-.25' AS DECIMAL(2, 2)) AS d,
  CAST('.99999999999999999999999999999999999999' AS DECIMAL(38, 38)) AS e, -0e0 AS f, CAST(NULL AS DOUBLE) AS g`
const nested = `SELECT ARRAY[nan(), 1e0, NULL] AS a, MAP(ARRAY['k'], ARRAY[REAL '0.1']) AS m,
  CAST(ROW(infinity(), ARRAY[DECIMAL '.5']) AS ROW(x DOUBLE, y ARRAY(DECIMAL(1, 1)))) AS r, CAST(NULL AS ROW(x DOUBLE)) AS n`

const written = async (select: string, format: string, more = '') => {
  const ran = await transform(`UNLOAD (${select}) TO 's3://b/t' WITH (format = '${format}'${more})`, {})
  const bytes = await readFile(ran.files[0]?.file ?? '')
  return { ran, text: (ran.extension.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString() }
}

test('JSON has NaN and infinities as texts, and a nought before every point', async () => {
  const { ran, text } = await written(sql, 'JSON')
  assert.equal(
    text,
    '{"id":1,"a":"NaN","b":"-Infinity","c":0.1,"d":-0.25,"e":"0.99999999999999999999999999999999999999","f":-0.0,"g":null}\n',
  )
  assert.deepEqual(await readBack(ran), [
    '"1","NaN","-Infinity","0.1","-0.25","0.99999999999999999999999999999999999999","-0.0",',
  ])
})

test('so has JSON inside of arrays, maps and rows', async () => {
  const { ran, text } = await written(nested, 'JSON')
  assert.equal(text, '{"a":["NaN",1.0,null],"m":{"k":0.1},"r":{"x":"Infinity","y":[0.5]},"n":null}\n')
  assert.deepEqual(await readBack(ran), ['"[NaN, 1.0, null]","{k=0.1}","{x=Infinity, y=[0.5]}",'])
})

test('JSON in partitions is the same', async () => {
  const { text } = await written(
    "SELECT nan() AS a, DECIMAL '.5' AS d, 'x' AS p",
    'JSON',
    ", partitioned_by = ARRAY['p']",
  )
  assert.equal(text, '{"a":"NaN","d":0.5}\n')
})

test('text has the numbers as Java writes and reads them', async () => {
  const { text } = await written(sql, 'TEXTFILE', ", field_delimiter = ','")
  assert.equal(text, '1,NaN,-Infinity,0.1,-0.25,0.99999999999999999999999999999999999999,-0.0,\\N\n')
})
