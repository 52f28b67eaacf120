/**
 * Property: other programs' readers of zip (Python's zipfile, the fflate library) find one entry with the name and
 * the bytes that were written, and the checksums agree; the file is written as it is read.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { unzipSync } from 'fflate'
import { tries } from '../../test/testing/tries.ts'
import { zipped } from './zip.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
const written = async (chunks: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(chunks))
const text = Buffer.from('{"device":"d-1","temperature":20.5}\n'.repeat(20_000))

test('any bytes under any name are read back by another library', async () => {
  const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(name => name !== '__proto__')
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.uint8Array({ maxLength: 5000 }),
      fc.integer({ min: 1, max: 999 }),
      async (name, bytes, size) => {
        const read = unzipSync(await written(zipped(pieces(bytes, size), name)))
        assert.deepEqual(Object.entries(read), [[name, bytes]])
      },
    ),
    { numRuns: tries(60) },
  )
})

const python = spawnSync('python3', ['-c', 'import zipfile'])
test("Python's zipfile reads it and finds nothing wrong", {
  skip: python.status !== 0 && 'no python3 here',
}, async () => {
  const program = `
import sys, io, zipfile
z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert z.testzip() is None
[e] = z.infolist()
sys.stdout.write(e.filename + " " + str(e.file_size) + " " + str(e.compress_type) + "\\n")
sys.stdout.flush()
sys.stdout.buffer.write(z.read(e))`
  for (const bytes of [text, Buffer.alloc(0), Buffer.from('x')]) {
    const input = await written(zipped(pieces(bytes, 10_000), 'Überraschung.json'))
    const { stdout, stderr, status } = spawnSync('python3', ['-X', 'utf8', '-c', program], { input })
    assert.equal(status, 0, stderr.toString())
    const head = stdout.indexOf('\n')
    assert.equal(stdout.subarray(0, head).toString(), `Überraschung.json ${bytes.length} 8`)
    assert.ok(stdout.subarray(head + 1).equals(bytes))
  }
})

test('the same bytes make the same file', async () => {
  assert.ok((await written(zipped(pieces(text, 1000), 'a'))).equals(await written(zipped(pieces(text, 777), 'a'))))
})

test('the file is written while the input goes on', async () => {
  let given = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += text.length
      yield text
    }
  }
  const output = zipped(endless(), 'a')
  let bytes = 0
  while (bytes < 300_000) bytes += (await output.next()).value?.length ?? 0
  await output.return(undefined)
  assert.ok(given < 1000 * 1024 ** 2)
})

test('a failing input fails the output', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield text
    throw new Error('the disk is gone')
  }
  await assert.rejects(written(zipped(failing(), 'a')), /the disk is gone/)
})
