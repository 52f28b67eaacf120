// A query that may read only so much is ended while it reads, not when it has read everything; the next one runs.

import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import type { TableSource } from './request.ts'
import { directory, fileOf, query, transform } from './testing/tables.ts'

let wide: TableSource
let bytes = 0
before(async () => {
  const file = join(await directory(), 'wide.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT range AS n, md5(CAST(range AS VARCHAR)) || md5(CAST(range + 1 AS VARCHAR)) AS s FROM range(1500000))
     TO '${file}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 20000)`,
  )
  connection.closeSync()
  instance.closeSync()
  bytes = (await stat(file)).size
  wide = {
    ...{ database: 'default', name: 'wide', format: 'parquet', partitionColumns: [], partitions: [] },
    columns: [
      { name: 'n', type: 'bigint' },
      { name: 's', type: 'string' },
    ],
    files: async () => [{ partition: -1, path: 's3://b/wide.parquet', file, bytes }],
  }
})

/** Slow enough to be looked at while it runs. */
const slow = "SELECT count(*) FROM wide WHERE regexp_like(s, '(a.*b.*c.*d.*e.*f.*0){3}x') OR length(reverse(s)) < 3"

test('reading is told as it goes on, and the caller’s refusal ends the query before its files are read', async () => {
  const told: number[] = []
  const refusal = new Error('that is enough')
  const reading = {
    told(read: number) {
      told.push(read)
      if (read > bytes / 20) throw refusal
    },
    isBounded: true,
  }
  await assert.rejects(query(slow, [wide], { reading }), cause => cause === refusal)
  const last = told.at(-1) ?? 0
  assert.ok(last > bytes / 20 && last < bytes * 0.8, `${told.join(', ')} of ${bytes}`)
  assert.deepEqual((await query('SELECT max(n) FROM wide', [wide])).lines, ['"_col0"', '"1499999"'])
})

test('what is told at the end is no more than what the result says was read', async () => {
  const told: number[] = []
  const answer = await query(slow, [wide], { reading: { told: read => told.push(read), isBounded: true } })
  assert.deepEqual(answer.lines, ['"_col0"', '"0"'])
  assert.ok(told.length > 0 && told.every((read, index) => read >= (told[index - 1] ?? 0)), told.join(', '))
  assert.ok((told.at(-1) ?? 0) <= answer.scannedBytes)
})

test('a statement that writes is ended while it reads too', async () => {
  const told: number[] = []
  const refusal = new Error('that is enough')
  const reading = {
    told(read: number) {
      told.push(read)
      if (read > bytes / 20) throw refusal
    },
    isBounded: true,
  }
  const script = `UNLOAD (${slow.replace('count(*)', 'count(*) AS n')}) TO 's3://b/out/' WITH (format = 'PARQUET')`
  const running = transform(script, { tables: async () => [wide], reading })
  await assert.rejects(running, cause => cause === refusal)
  assert.ok((told.at(-1) ?? 0) < bytes * 0.8, `${told.join(', ')} of ${bytes}`)
})

test('text is read whole: what will be read at least is told before anything is', async () => {
  const file = await fileOf('s3://b/t.json.gz', '{"v":1}\n')
  const text: TableSource = {
    ...{ database: 'default', name: 't', format: 'json', partitionColumns: [], partitions: [] },
    columns: [{ name: 'v', type: 'int' }],
    files: async () => [{ ...file, partition: -1 }],
  }
  const told: (readonly [number, number])[] = []
  const refusal = new Error('that is enough')
  const reading = {
    told(read: number, atLeast: number) {
      told.push([read, atLeast])
      throw refusal
    },
    isBounded: true,
  }
  await assert.rejects(query('SELECT v FROM t', [text], { reading }), cause => cause === refusal)
  assert.deepEqual(told, [[0, file.bytes]])
  const unread = await query('SELECT v FROM t WHERE "$path" = \'s3://b/other\'', [text], { reading })
  assert.equal(unread.scannedBytes, 0)
})

test('of a query that fails it is known what it had read', async () => {
  const told: number[] = []
  const failing = 'SELECT sum(CAST(s AS bigint)) FROM wide WHERE n > 1000000 AND length(s) > 3'
  const reading = { told: (read: number) => told.push(read), isBounded: false }
  await assert.rejects(query(failing, [wide], { reading }), /Cannot cast/)
  assert.ok((told.at(-1) ?? 0) > 0 && (told.at(-1) ?? 0) <= bytes)
})
