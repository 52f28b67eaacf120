/**
 * Property: an independent reader gets back what was written, however it was cut into pieces; the containers have the
 * bytes that snappy-java and Hadoop write; only a block of the input is held at a time.
 */
import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../test/testing/tries.ts'
import { hadoopSnappy, snappyJava } from './snappy.ts'
import { readHadoopSnappy, readSnappyJava } from './testing/snappy.ts'

const formats = [
  { name: 'snappy-java', write: snappyJava, read: readSnappyJava },
  { name: 'Hadoop', write: hadoopSnappy, read: readHadoopSnappy },
]

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
const written = async (chunks: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(chunks))

const sentence = Buffer.from('the quick brown fox, the quick brown dog. '.repeat(4000))
// Blocks of a stream cipher: nothing in them repeats.
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(100_000))

for (const { name, write, read } of formats) {
  test(`${name}: what was written is read, in whatever pieces it came`, async () => {
    for (const bytes of [sentence, noise, Buffer.alloc(200_000), Buffer.from('a')]) {
      const whole = await written(write(pieces(bytes, bytes.length)))
      assert.ok(read(whole).equals(bytes))
      for (const size of [1000, 32_768, 40_000]) assert.ok(whole.equals(await written(write(pieces(bytes, size)))))
    }
  })

  test(`${name}: any bytes are read back`, async () => {
    const repeated = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(400)), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(repeated, fc.integer({ min: 1, max: 5000 }), async (runs, size) => {
        const bytes = Buffer.concat(runs.flatMap(([run, times]) => Array.from({ length: times }, () => run)))
        assert.ok(read(await written(write(pieces(bytes, size)))).equals(bytes))
      }),
      { numRuns: tries(60) },
    )
  })

  test(`${name}: a block leaves before the input has ended`, async () => {
    let given = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += noise.length
        yield noise
      }
    }
    const output = write(endless())
    let bytes = 0
    while (bytes < 3_000_000) bytes += (await output.next()).value?.length ?? 0
    await output.return(undefined)
    assert.ok(given < bytes + 600_000, `${given} bytes taken for ${bytes}`)
  })

  test(`${name}: a failing input fails the output`, async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield sentence
      throw new Error('the disk is gone')
    }
    await assert.rejects(written(write(failing())), /the disk is gone/)
  })
}

test('snappy-java: header and block have the bytes of its format', async () => {
  const bytes = await written(snappyJava(pieces(Buffer.from('hello'), 5)))
  // Magic, versions 1 and 1; 7 bytes: 5 plain bytes, a literal of five.
  assert.equal(
    bytes.toString('hex'),
    `82534e41505059000000000100000001000000070510${Buffer.from('hello').toString('hex')}`,
  )
  assert.equal(
    (await written(snappyJava(pieces(Buffer.alloc(0), 1)))).toString('hex'),
    '82534e41505059000000000100000001',
  )
})

test('Hadoop: a block says its plain and its packed length, and there is no header', async () => {
  const bytes = await written(hadoopSnappy(pieces(Buffer.from('hello'), 5)))
  assert.equal(bytes.toString('hex'), `00000005000000070510${Buffer.from('hello').toString('hex')}`)
  assert.equal((await written(hadoopSnappy(pieces(Buffer.alloc(0), 1)))).length, 0)
})
