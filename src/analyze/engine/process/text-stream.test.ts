/** Property: however many streams a packed file holds, no more than one is open at a time, and none when it is let go of. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { textStream } from './text-stream.ts'

const root = mkdtempSync(join(tmpdir(), 'biwa-text-stream-'))
after(() => rmSync(root, { recursive: true, force: true }))

const descriptors = '/proc/self/fd'
const skip = !existsSync(descriptors) && 'open files cannot be counted here'

function opened(file: string): number {
  return readdirSync(descriptors).filter(name => {
    const link = join(descriptors, name)
    return existsSync(link) && readlinkSync(link) === file
  }).length
}

const file = join(root, 'many.deflate')
writeFileSync(file, Buffer.concat(Array.from({ length: 400 }, () => deflateSync('a\n'))))

test('a file of many streams is one text, read through few descriptors', { skip }, async () => {
  using text = textStream(file, 'deflate')
  const chunks: Buffer[] = []
  let most = 0
  for await (const chunk of text.bytes) {
    chunks.push(chunk)
    most = Math.max(most, opened(file))
  }
  assert.equal(Buffer.concat(chunks).toString(), 'a\n'.repeat(400))
  // One that was closed may take a moment to go.
  assert.ok(most < 20, `${most} were open`)
})

test('what is let go of in the middle is closed', { skip }, async () => {
  const text = textStream(file, 'deflate')
  await text.bytes[Symbol.asyncIterator]().next()
  text[Symbol.dispose]()
  while (opened(file) > 0) await new Promise(resolve => setImmediate(resolve))
})
