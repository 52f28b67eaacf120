/** A process of the engine that goes to another lake forgets the first one's files, be it that the other's have their names. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openLake } from '../../src/index.ts'

const parent = await mkdtemp(join(tmpdir(), 'biwa-other-lake-'))
const directory = join(parent, 'lake')
after(() => rm(parent, { recursive: true, force: true }))

/** The row of a table that is made of `value`, in a lake whose blobs have the names of the one before. */
async function answer(value: string): Promise<unknown> {
  await rm(directory, { recursive: true, force: true })
  await using lake = await openLake({ directory, seed: 7, clock: 'simulated', start: '2025-10-15T00:00:00Z' })
  await lake.aws.s3.CreateBucket({ Bucket: 'of-both-lakes' })
  await lake.query('CREATE DATABASE d')
  await lake.query(`CREATE TABLE d.t WITH (external_location = 's3://of-both-lakes/t/') AS SELECT ${value} AS a`)
  const { rows } = await lake.query('SELECT a FROM d.t')
  return rows
}

test('two lakes of one directory and one seed, one after the other: each has its own columns', async () => {
  // While it is open the engine's process stays, and goes to the next lake.
  await using other = await openLake({ directory: 'temporary' })
  assert.equal((await other.query('SELECT 1 AS one')).rows.length, 1)
  assert.deepEqual(await answer('1'), [{ a: 1 }])
  assert.deepEqual(await answer("'text'"), [{ a: 'text' }])
})
