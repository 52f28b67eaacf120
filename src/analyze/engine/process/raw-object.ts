// One raw object: a quick look at its head, and the slow, exact way through it. The slow way is for what DuckDB's reader
// of lines would shorten or refuse: documents without line breaks, damaged gzip, bytes that are no UTF-8.

import { once } from 'node:events'
import { constants, crc32, createGunzip, gunzipSync } from 'node:zlib'
import { piece, reading, size } from './files.ts'
import { type Piece, Splitter } from './splitter.ts'
import { type Compression, compressionOf, isOwn, textStream } from './text-stream.ts'

export interface RawObject {
  readonly path: string
  readonly file: string
  readonly bytes: number
  readonly compression: Compression
  /** `lines`: as far as the head shows, one document a line. `documents`: to be cut by the splitter. */
  readonly layout: 'empty' | 'lines' | 'documents'
  /** The size of the plain text modulo 2^32, as the gzip trailer says. */
  readonly textBytes: number | undefined
  /** The beginning of the plain text. */
  readonly head: string
}

const headBytes = 32 * 1024

export async function examine(source: { readonly path: string; readonly file: string }): Promise<RawObject> {
  const bytes = size(source.file)
  const compression = compressionOf(source.path)
  const base = { path: source.path, file: source.file, bytes, compression }
  if (bytes === 0) return { ...base, layout: 'empty', textBytes: 0, head: '' }
  if (isOwn(compression)) {
    const head = await headOf(source.file, compression)
    return { ...base, layout: 'documents', textBytes: undefined, head }
  }
  const start = await piece(source.file, 0, Math.min(bytes, headBytes))
  if (compression === 'zstd') return { ...base, layout: 'lines', textBytes: undefined, head: '' }
  const plain = compression === 'gzip' ? inflated(start) : start
  if (plain === undefined) return { ...base, layout: 'documents', textBytes: undefined, head: '' }
  const head = Buffer.from(plain).toString('utf8')
  const textBytes = compression === 'gzip' ? await trailer(source.file, bytes) : bytes
  return { ...base, layout: layoutOf(head), textBytes, head }
}

/** As far as it can be read: the way through the whole of it says what is wrong. */
async function headOf(file: string, compression: Compression): Promise<string> {
  using text = textStream(file, compression)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of text.bytes) {
      chunks.push(chunk.subarray(0, headBytes))
      if (chunks.reduce((sum, one) => sum + one.length, 0) >= headBytes) break
    }
  } catch {
    // See above.
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The start of a gzip, as far as it goes; undefined when it is none. */
function inflated(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return undefined
  }
}

async function trailer(file: string, bytes: number): Promise<number | undefined> {
  if (bytes < 18) return undefined
  const end = await piece(file, bytes - 4, 4)
  return Buffer.from(end).readUInt32LE(0)
}

function layoutOf(head: string): RawObject['layout'] {
  if (head.includes('\r\n')) return 'documents'
  const end = head.indexOf('\n')
  const first = (end < 0 ? head : head.slice(0, end)).trim()
  if (first === '') return end < 0 ? 'documents' : 'lines'
  // A line that goes on beyond the head may be a whole object without a line break.
  if (end < 0 && head.length >= headBytes) return 'documents'
  if (/^[{[]$|[{[,]$/.test(first) || /\}\s*\{/.test(first)) return 'documents'
  return 'lines'
}

/** What an object's plain text is cut by. */
export interface Cutter {
  /** Whether documents share a line. */
  readonly glued: boolean
  push(chunk: Uint8Array): void
  /** `reason` where the text was cut off. */
  end(reason?: string): void
}

export type CutterOf = (emit: (piece: Piece) => void) => Cutter

export interface Walked {
  /** Whether documents share a line. */
  readonly glued: boolean
  readonly pieces: number
}

/** Hands every document and every reject of the object to `emit`, in order; `settle` is awaited between pieces of input. */
export async function walk(
  object: RawObject,
  emit: (piece: Piece) => void,
  settle: () => Promise<void>,
  cutterOf: CutterOf = take => new Splitter(take),
): Promise<Walked> {
  let pieces = 0
  const splitter = cutterOf(one => {
    pieces += 1
    emit(one)
  })
  const damage =
    object.compression === 'gzip'
      ? await inflateInto(object, splitter, settle)
      : await readInto(object, splitter, settle)
  splitter.end(damage)
  return { glued: splitter.glued, pieces }
}

/** As `inflateInto`; a plain object has nothing that could be wrong. */
async function readInto(
  { file, compression }: RawObject,
  splitter: Cutter,
  settle: () => Promise<void>,
): Promise<string | undefined> {
  using text = textStream(file, compression)
  const chunks = text.bytes[Symbol.asyncIterator]()
  for (let bytes = 0; ; ) {
    const next = await chunks.next().catch((cause: unknown) => {
      if (compression === 'none') throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      return {
        done: true,
        value: `the ${compression} is damaged after ${bytes} bytes of text (${why}); what follows is lost`,
      } as const
    })
    if (next.done) return typeof next.value === 'string' ? next.value : undefined
    bytes += next.value.length
    splitter.push(next.value)
    await settle()
  }
}

/** Everything that can be inflated goes to the splitter; answers with what is wrong with the rest, if anything is. */
async function inflateInto(
  object: RawObject,
  splitter: Cutter,
  settle: () => Promise<void>,
): Promise<string | undefined> {
  // With this flush the end of the input is no error by itself, so that what came before it is not thrown away.
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 256 * 1024 })
  let sum = 0
  let bytes = 0
  let damage: string | undefined
  let failure: unknown
  gunzip.on('data', (chunk: Uint8Array) => {
    sum = crc32(chunk, sum)
    bytes += chunk.length
    try {
      splitter.push(chunk)
    } catch (cause) {
      failure ??= cause
    }
  })
  const ended = new Promise<void>(resolve => {
    gunzip.once('end', resolve)
    gunzip.once('error', cause => {
      damage = `the gzip is damaged after ${bytes} bytes of text (${cause.message}); what follows is lost`
      resolve()
    })
  })
  for await (const chunk of reading(object.file)) {
    if (damage !== undefined || failure !== undefined) break
    if (!gunzip.write(chunk)) await Promise.race([once(gunzip, 'drain'), ended])
    await settle()
  }
  if (damage === undefined) gunzip.end()
  await ended
  if (failure !== undefined) throw failure
  return damage ?? (await cutOff(object, sum, bytes))
}

/** A gzip that stops early inflates without complaint: its trailer tells. */
async function cutOff(object: RawObject, sum: number, bytes: number): Promise<string | undefined> {
  if (object.bytes >= 18) {
    const end = Buffer.from(await piece(object.file, object.bytes - 8, 8))
    if (end.readUInt32LE(0) === sum && end.readUInt32LE(4) === bytes % 2 ** 32) return undefined
  }
  // Several members in one file have a trailer each: then only a strict reader knows.
  const strict = createGunzip()
  let complaint: string | undefined
  const done = new Promise<void>(resolve => {
    strict.once('end', resolve)
    strict.once('error', cause => {
      complaint = cause.message
      resolve()
    })
  })
  strict.resume()
  reading(object.file).pipe(strict)
  await done
  return complaint === undefined
    ? undefined
    : `the gzip is damaged after ${bytes} bytes of text (${complaint}); what follows is lost`
}
