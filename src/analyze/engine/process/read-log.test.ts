// The bytes of a short log are summed here and those of a long one by DuckDB: both tell the same.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { size } from './files.ts'
import { ReadLog } from './read-log.ts'

test('a short log and a long one tell the same bytes, of the files that count and no more than they have', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-read-log-'))
  const instance = await DuckDBInstance.create(':memory:', { enable_external_file_cache: 'false' })
  try {
    const connection = await instance.connect()
    const files = ['one', 'two', 'other'].map(name => join(directory, name))
    for (const file of files)
      await connection.run(`COPY (SELECT range AS n FROM range(50000)) TO '${file}' (FORMAT parquet)`)
    using short = await ReadLog.open(await instance.connect())
    using long = await ReadLog.open(await instance.connect(), 0)
    await short.begin()
    for (const file of files) await connection.run(`SELECT sum(n) FROM read_parquet('${file}')`)
    const [one = '', two = ''] = files
    const most = new Map([
      [one, size(one)],
      [two, 100],
    ])
    const told = await short.bytes(most)
    assert.equal(await long.bytes(most), told)
    assert.ok(told > 0.9 * size(one) && told <= size(one) + 100, String(told))
  } finally {
    instance.closeSync()
    await rm(directory, { recursive: true })
  }
})
