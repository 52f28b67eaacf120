/**
 * Objects in every compression, read by programs that know nothing of this one, and keys in every form that a prefix can
 * give them.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { CompressionFormat } from '@aws-sdk/client-firehose'
import { type Extended, startDeliveries } from '../testing/deliveries.ts'
import { works } from '../testing/works.ts'

const execute = promisify(execFile)
let deliveries: Awaited<ReturnType<typeof startDeliveries>>

before(async () => {
  deliveries = await startDeliveries()
})
after(() => deliveries.close())

/** Blocks of Snappy, each with its length before it; `plain` when that of the plain text stands there, too. */
const snappyReader = (start: number, plain: boolean) => `
import sys, struct, cramjam
data, at, out = open(sys.argv[1], "rb").read(), ${start}, b""
while at < len(data):
    ${plain ? 'plain, size = struct.unpack(">II", data[at:at + 8]); at += 8' : 'size, = struct.unpack(">I", data[at:at + 4]); at += 4'}
    block = bytes(cramjam.snappy.decompress_raw(data[at:at + size])); at += size
    ${plain ? 'assert len(block) == plain' : 'pass'}
    out += block
sys.stdout.buffer.write(out)
`
const cramjam = ['python3', '-c', 'import cramjam']

interface Reader {
  readonly format: CompressionFormat
  readonly extension: string
  readonly encoding: string | undefined
  /** Shows that it is there. */
  readonly probe: readonly string[]
  readonly command: readonly string[]
}

const readers: readonly Reader[] = [
  { format: 'UNCOMPRESSED', extension: '', encoding: undefined, probe: ['cat', '--version'], command: ['cat'] },
  { format: 'GZIP', extension: '.gz', encoding: 'gzip', probe: ['gzip', '--version'], command: ['gzip', '-dc'] },
  { format: 'ZIP', extension: '.zip', encoding: 'zip', probe: ['unzip', '-v'], command: ['unzip', '-p'] },
  {
    format: 'Snappy',
    extension: '.snappy',
    encoding: 'snappy-java',
    probe: cramjam,
    command: ['python3', '-c', snappyReader(16, false)],
  },
  {
    format: 'HADOOP_SNAPPY',
    extension: '.snappy',
    encoding: 'hadoop-snappy',
    probe: cramjam,
    command: ['python3', '-c', snappyReader(0, true)],
  },
]

// Before the first test: who waits between two of them has the file's lake closed when the first are done.
const present = await Promise.all(readers.map(({ probe: [program = '', ...words] }) => works(program, words)))
for (const [nth, { format, extension, encoding, probe, command }] of readers.entries()) {
  const [program = '', ...words] = command
  const skip = present[nth] ? false : `${probe.join(' ')} does not work here`
  test(`${program} reads what is delivered in the format ${format}`, { skip }, async () => {
    const name = `format-${format.toLowerCase().replace('_', '-')}`
    await deliveries.create(name, { CompressionFormat: format })
    const records = Array.from(
      { length: 400 },
      (_, index) => `{"n":${index},"text":"${'reading '.repeat(index % 50)}"}\n`,
    )
    await deliveries.put(name, ...records)
    await deliveries.advance(60)
    const [object, ...others] = await deliveries.objects(name)
    assert.ok(object && others.length === 0)
    assert.ok(object.key.match(new RegExp(`-[0-9a-f]{12}${extension.replace('.', '\\.')}$`)), object.key)
    assert.equal(object.contentEncoding, encoding)
    const file = join(deliveries.directory, name)
    await writeFile(file, object.bytes)
    const { stdout } = await execute(program, [...words, file], { maxBuffer: 16 * 1024 * 1024 })
    assert.equal(stdout, records.join(''))
  })
}

test('the size of a buffer is that of the records before their compression', async () => {
  await deliveries.create('before-compression', { CompressionFormat: 'GZIP' })
  await deliveries.put('before-compression', 'a'.repeat(600_000), 'b'.repeat(500_000))
  await deliveries.advance(0)
  const [object] = await deliveries.objects('before-compression')
  assert.ok(object && object.bytes.length < 10_000)
})

const suffix = (stamp: string) => `keys-\\d+-1-${stamp}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
const errors = { ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/' }
const keys: readonly (readonly [what: string, extended: Extended, key: string])[] = [
  ['no prefix', {}, `2025/10/15/03/${suffix('2025-10-15-03-30-\\d\\d')}`],
  ['a prefix that is no folder', { Prefix: 'raw' }, `raw2025/10/15/03/${suffix('2025-10-15-03-30-\\d\\d')}`],
  ['a folder', { Prefix: 'raw/' }, `raw/2025/10/15/03/${suffix('2025-10-15-03-30-\\d\\d')}`],
  [
    'a zone',
    { Prefix: 'raw/', CustomTimeZone: 'America/New_York' },
    `raw/2025/10/14/23/${suffix('2025-10-14-23-30-\\d\\d')}`,
  ],
  [
    'partitions as Hive writes them, and quoted text',
    { Prefix: "!{timestamp:'year='yyyy'/day='D}/", ...errors },
    `year=2025/day=288/${suffix('2025-10-15-03-30-\\d\\d')}`,
  ],
  [
    'the same moment in every expression, of the zone',
    { Prefix: '!{timestamp:yyyy-MM-dd}T!{timestamp:HH:mm}', CustomTimeZone: 'Asia/Tokyo', ...errors },
    `2025-10-15T12:30${suffix('2025-10-15-12-30-\\d\\d')}`,
  ],
  [
    'another random text in every expression',
    { Prefix: '!{firehose:random-string}/!{firehose:random-string}/', ...errors },
    `[A-Za-z0-9]{11}/[A-Za-z0-9]{11}/${suffix('2025-10-15-03-30-\\d\\d')}`,
  ],
  [
    'an extension that takes the place of the compression’s',
    { CompressionFormat: 'GZIP', FileExtension: '.json.gz' },
    `2025/10/15/03/${suffix('2025-10-15-03-30-\\d\\d')}\\.json\\.gz`,
  ],
]

test('keys are AWS’s: prefix, hour, name, version, the oldest record’s moment, a UUID and an extension', async context => {
  const own = await startDeliveries()
  context.after(() => own.close())
  for (const [index, [, extended]] of keys.entries()) {
    await own.create(`keys-${index}`, extended)
    await own.put(`keys-${index}`, 'first')
  }
  await own.advance(50)
  for (const index of keys.keys()) await own.put(`keys-${index}`, 'second')
  await own.advance(10)
  for (const [index, [what, , key]] of keys.entries()) {
    const [object] = await own.objects(`keys-${index}`)
    assert.match(object?.key ?? '', new RegExp(`^${key}$`), what)
    const bytes = object?.contentEncoding ? gunzipSync(object.bytes) : object?.bytes
    assert.equal(bytes?.toString(), 'firstsecond', what)
  }
  const [random] = await own.objects('keys-6')
  const [first, second] = random?.key.split('/') ?? []
  assert.notEqual(first, second)
})
