/** Property: what is written anew for a statement has a bound. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { EngineFault } from '../fault.ts'
import { writeText } from './files.ts'

const root = mkdtempSync(join(tmpdir(), 'biwa-files-'))
after(() => rmSync(root, { recursive: true, force: true }))

let asked = 0
async function* lines(count: number): AsyncGenerator<string | Uint8Array> {
  for (asked = 0; asked < count; asked += 1) yield asked % 2 ? Buffer.alloc(1000, 10) : '\n'.repeat(1000)
}

test('a text within its bound is written whole', async () => {
  const path = join(root, 'whole')
  await writeText(path, lines(10), 10_000)
  assert.equal(statSync(path).size, 10_000)
})

test('one beyond it ends there and says why', async () => {
  const path = join(root, 'endless')
  const refused = (cause: unknown) =>
    cause instanceof EngineFault && cause.kind === 'resource' && /EXHAUSTED_RESOURCES.*do not fit/.test(cause.message)
  await assert.rejects(writeText(path, lines(1e9), 100_000), refused)
  assert.ok(asked <= 101, `${asked} pieces were unpacked`)
  assert.ok(statSync(path).size <= 100_000)
})
