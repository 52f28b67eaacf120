/**
 * Reads the zip files in which functions come, from strangers: by the central directory alone, each entry bounded by the
 * size it announces and held to its CRC. Refused are paths that leave the directory, links, encrypted entries, and more
 * bytes than AWS takes. Zip64 is not needed below 4 GB and not read.
 *
 *     end of central directory   PK 05 06 … u16 entries at 10, u32 bytes at 12, u32 offset at 16
 *     central directory entry    PK 01 02, flags 8, method 10, crc 16, sizes 20 24, name and extra lengths 28 30 32,
 *                                made by 5, external attributes 38, local header's offset 42, name at 46
 *     local header               PK 03 04, name and extra lengths 26 28, data behind them
 */
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'

const inflate = promisify(inflateRaw)

/** What is wrong with a package, in words for its owner. */
export class ZipMistake extends Error {}

export interface ZipEntry {
  /** Relative, with slashes, inside the package. */
  readonly path: string
  readonly bytes: number
  content(): Promise<Uint8Array>
}

const endBytes = 22
const commentBytesMax = 65_535
const entriesMax = 65_535
const entryBytes = 46
const pathCharactersMax = 1024
const encryptedFlag = 0x1
const [stored, deflated] = [0, 8]
const madeByUnix = 3
const fileTypeMask = 0o170000
const regularFile = 0o100000

const unreadable = 'Could not unzip uploaded file. Please check your file, then try to upload again.'

/** The files of a package; directories are left out. Throws ZipMistake. */
export function entriesOf(zip: Buffer, unzippedBytesMax: number): readonly ZipEntry[] {
  const { count, offset } = endOf(zip)
  const entries = new Map<string, ZipEntry>()
  let total = 0
  let at = offset
  for (let index = 0; index < count; index++) {
    if (at + entryBytes > zip.length || zip.readUInt32LE(at) !== 0x02014b50) throw new ZipMistake(unreadable)
    const nameBytes = zip.readUInt16LE(at + 28)
    const next = at + entryBytes + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
    const name = zip.toString('utf8', at + entryBytes, at + entryBytes + nameBytes)
    checkEntry(zip, at, name)
    const bytes = zip.readUInt32LE(at + 24)
    total += bytes
    if (total > unzippedBytesMax) throw new ZipMistake(`Unzipped size must be smaller than ${unzippedBytesMax} bytes`)
    if (!name.endsWith('/')) {
      const path = safePath(name)
      if (entries.has(path)) throw new ZipMistake(`The package holds '${shown(name)}' twice.`)
      entries.set(path, { path, bytes, content: contentAt(zip, at) })
    }
    at = next
  }
  const files = [...entries.values()]
  if (files.length === 0) throw new ZipMistake('Uploaded file must be a non-empty zip')
  for (const { path } of files)
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
      if (entries.has(path.slice(0, slash)))
        throw new ZipMistake(`The package holds '${shown(path.slice(0, slash))}' both as a file and as a directory.`)
  return files
}

function endOf(zip: Buffer): { readonly count: number; readonly offset: number } {
  const from = Math.max(0, zip.length - endBytes - commentBytesMax)
  for (let at = zip.length - endBytes; at >= from; at--) {
    if (zip.readUInt32LE(at) !== 0x06054b50) continue
    const count = zip.readUInt16LE(at + 10)
    const offset = zip.readUInt32LE(at + 16)
    if (count === entriesMax || offset === 0xffffffff)
      throw new ZipMistake(`${unreadable} (It is in the zip64 format, which no package of this size needs.)`)
    return { count, offset }
  }
  throw new ZipMistake(unreadable)
}

function checkEntry(zip: Buffer, at: number, name: string): void {
  if ((zip.readUInt16LE(at + 8) & encryptedFlag) !== 0)
    throw new ZipMistake(`'${shown(name)}' of the package is encrypted: a function's code must not be.`)
  const method = zip.readUInt16LE(at + 10)
  if (method !== stored && method !== deflated)
    throw new ZipMistake(`'${shown(name)}' of the package is compressed by method ${method}: use deflate.`)
  const type = zip[at + 5] === madeByUnix ? (zip.readUInt32LE(at + 38) >>> 16) & fileTypeMask : 0
  if (type !== 0 && type !== regularFile && !name.endsWith('/'))
    throw new ZipMistake(`'${shown(name)}' of the package is a link or a device: zip the file it stands for.`)
}

/** Throws where the path is absolute, goes up, or is none. */
function safePath(name: string): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  const isSafe =
    parts.length > 0 &&
    !name.startsWith('/') &&
    !parts.includes('..') &&
    !/[\\\0]/.test(name) &&
    !/^[A-Za-z]:/.test(name) &&
    parts.every(part => Buffer.byteLength(part) <= 255) &&
    name.length <= pathCharactersMax
  if (!isSafe) throw new ZipMistake(`The path '${shown(name)}' of the package is not one inside it.`)
  return parts.join('/')
}

function contentAt(zip: Buffer, at: number): () => Promise<Uint8Array> {
  const method = zip.readUInt16LE(at + 10)
  const crc = zip.readUInt32LE(at + 16)
  const packedBytes = zip.readUInt32LE(at + 20)
  const bytes = zip.readUInt32LE(at + 24)
  const local = zip.readUInt32LE(at + 42)
  return async () => {
    if (local + 30 > zip.length || zip.readUInt32LE(local) !== 0x04034b50) throw new ZipMistake(unreadable)
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    if (from + packedBytes > zip.length) throw new ZipMistake(unreadable)
    const packed = zip.subarray(from, from + packedBytes)
    const content = method === stored ? packed : await unpacked(packed, bytes)
    if (content.length !== bytes || crc32(content) !== crc) throw new ZipMistake(unreadable)
    return content
  }
}

/** A bomb ends at the size that it announced. */
async function unpacked(packed: Buffer, bytes: number): Promise<Uint8Array> {
  try {
    return await inflate(packed, { maxOutputLength: Math.max(1, bytes) })
  } catch (cause) {
    throw new ZipMistake(unreadable, { cause })
  }
}

const shown = (name: string): string => (name.length > 200 ? `${name.slice(0, 200)}…` : name)
