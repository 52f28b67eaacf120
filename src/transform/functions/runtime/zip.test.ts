/** Property: what a package unpacks to lies inside it and within its bounds, whatever the zip file says. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Zippable, zipSync } from 'fflate'
import { tries } from '../../../../test/testing/tries.ts'
import { works } from '../../../../test/testing/works.ts'
import { entriesOf, ZipMistake } from './zip.ts'

const bytesMax = 1024 * 1024
const bytes = (text: string) => Buffer.from(text)
const zipped = (files: Zippable) => Buffer.from(zipSync(files))

async function unpack(zip: Buffer): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const entry of entriesOf(zip, bytesMax)) found[entry.path] = Buffer.from(await entry.content()).toString()
  return found
}

const refused = (zip: Buffer, message: RegExp) =>
  assert.rejects(
    async () => unpack(zip),
    (cause: Error) => cause instanceof ZipMistake && message.test(cause.message),
  )

test('files come out as they went in, stored and deflated, in directories', async () => {
  const zip = zipped({
    'index.js': bytes('exports.handler = 1'),
    dir: { 'deep.mjs': [bytes('x'.repeat(5000)), { level: 9 }], 'empty.txt': bytes('') },
    'stored.bin': [bytes('as it is'), { level: 0 }],
  })
  const found = await unpack(zip)
  assert.deepEqual(Object.keys(found).toSorted(), ['dir/deep.mjs', 'dir/empty.txt', 'index.js', 'stored.bin'])
  assert.equal(found['dir/deep.mjs'], 'x'.repeat(5000))
  assert.equal(found['stored.bin'], 'as it is')
})

const withoutPython = (await works('python3', ['--version'])) ? false : 'python3 is not installed'
test('the zip files of another program are read, with comments and directories', { skip: withoutPython }, async () => {
  const program = `import io, sys, zipfile
b = io.BytesIO()
with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as z:
    z.comment = b'PK\\x05\\x06 is not the end'
    z.mkdir('lib')
    z.writestr('lib/naïve.js', 'ü' * 1000)
sys.stdout.buffer.write(b.getvalue())`
  assert.deepEqual(await unpack(execFileSync('python3', ['-c', program])), { 'lib/naïve.js': 'ü'.repeat(1000) })
})

test('paths that leave the package are refused by name', async () => {
  for (const path of [
    '../up.js',
    'a/../../up.js',
    '/etc/passwd',
    'a\\..\\up.js',
    'C:/x.js',
    'a/..',
    `${'x'.repeat(300)}.js`,
    `${'x/'.repeat(600)}y`,
  ])
    await refused(zipped({ [path]: bytes('x') }), /^The path '.*' of the package is not one inside it\.$/)
})

test('links, devices and encrypted entries are refused', async () => {
  const link = zipped({ 'passwd.js': [bytes('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }] })
  await refused(link, /'passwd.js' of the package is a link or a device/)
  await refused(zipped({ pipe: [bytes(''), { os: 3, attrs: 0o010644 << 16 }] }), /is a link or a device/)
  const encrypted = zipped({ 'a.js': bytes('x') })
  const at = encrypted.indexOf(Buffer.from('PK\x01\x02'))
  encrypted.writeUInt16LE(1, at + 8)
  await refused(encrypted, /'a.js' of the package is encrypted/)
})

test('a bomb is refused by what it announces, and ends there when it lies', async () => {
  const bomb = zipped({ 'zeros.bin': [new Uint8Array(2 * bytesMax), { level: 9 }] })
  assert.ok(bomb.length < 10_000)
  await refused(bomb, /^Unzipped size must be smaller than 1048576 bytes$/)
  const liar = Buffer.from(bomb)
  liar.writeUInt32LE(100, liar.indexOf(Buffer.from('PK\x01\x02')) + 24)
  await refused(liar, /^Could not unzip uploaded file/)
})

test('what is damaged, cut off or no zip at all is refused', async () => {
  const zip = zipped({ 'index.js': bytes('exports.handler = async () => "some text to deflate"') })
  await refused(zip.subarray(0, zip.length - 30), /^Could not unzip/)
  await refused(Buffer.alloc(0), /^Could not unzip/)
  await refused(bytes('not a zip'), /^Could not unzip/)
  await refused(zipped({}), /^Uploaded file must be a non-empty zip$/)
  const damaged = Buffer.from(zip)
  damaged.writeUInt8((damaged[45] ?? 0) ^ 0xff, 45)
  await refused(damaged, /^Could not unzip/)
})

test('a name that stands for two things is refused', async () => {
  const twice = zipped({ 'a.js': bytes('1'), 'b.js': bytes('2') })
  for (let at = twice.indexOf('b.js'); at >= 0; at = twice.indexOf('b.js', at)) twice.write('a.js', at)
  await refused(twice, /holds 'a.js' twice/)
  await refused(zipped({ a: bytes('1'), 'a/b.js': bytes('2') }), /holds 'a' both as a file and as a directory/)
})

test('no bytes that are changed or made up make it do anything but unpack inside or refuse', async () => {
  const zip = zipped({ 'index.js': bytes('exports.handler = 1'), 'dir/x.txt': bytes('x'.repeat(300)) })
  const changes = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(changes, async changed => {
      const copy = Buffer.from(zip)
      for (const [at, value] of changed) copy.writeUInt8(value, at)
      try {
        for (const path of Object.keys(await unpack(copy))) assert.doesNotMatch(path, /^\/|(^|\/)\.\.(\/|$)|\\/)
      } catch (cause) {
        assert.ok(cause instanceof ZipMistake, String(cause))
      }
    }),
    { numRuns: tries(500) },
  )
})
