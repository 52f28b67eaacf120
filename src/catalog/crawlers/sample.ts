// Looks into one object: a Parquet file's footer, or the first megabyte of text, unpacked if it is gzip. Content decides
// what it is, not the name.
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import {
  NotParquet,
  parquetFooterBytes,
  parquetTrailerBytes,
  parseParquetFooter,
} from '../../formats/parquet-footer.ts'
import { ThriftMalformed } from '../../formats/thrift-compact.ts'
import type { Contents } from './crawler.ts'
import { sampleCsv } from './csv-sample.ts'
import { sampleJson } from './json-sample.ts'
import { sampleBytesMax } from './limits.ts'
import type { CrawledObject, Objects } from './ports.ts'

export interface Sample extends Contents {
  readonly records: number
  /** Bytes that hold these records, unpacked where text was packed. */
  readonly bytes: number
  /** `records` are all that the object has. */
  readonly whole: boolean
}

/** Read at once from a file's end: most footers fit, so a file costs one read. */
const tailBytes = 64 * 1024

/** Undefined when it is nothing that a table can be made of. */
export async function sampleObject(s3: Pick<Objects, 'read'>, object: CrawledObject): Promise<Sample | undefined> {
  const magic = await bytesOf(s3.read(object, 0, Math.min(4, object.bytes)))
  if (Buffer.from(magic).toString('latin1') === 'PAR1') return sampleParquet(s3, object)
  const packed = magic[0] === 0x1f && magic[1] === 0x8b
  const head = await headOf(s3.read(object), packed)
  if (!head || head.bytes.includes(0)) return undefined
  const text = new TextDecoder().decode(head.bytes)
  const first = text.trimStart()[0]
  const compression = packed ? 'gzip' : 'none'
  const measures = { bytes: head.bytes.length, whole: head.whole }
  if (first === '{' || first === '[') {
    const json = sampleJson(text)
    if (json) return { classification: 'json', compression, columns: json.columns, records: json.records, ...measures }
  }
  const csv = sampleCsv(text, head.whole)
  if (!csv) return undefined
  return {
    classification: 'csv',
    compression,
    columns: csv.columns,
    csv: csv.dialect,
    records: csv.records,
    ...measures,
  }
}

async function sampleParquet(s3: Pick<Objects, 'read'>, object: CrawledObject): Promise<Sample | undefined> {
  try {
    let tail = await bytesOf(s3.read(object, Math.max(0, object.bytes - tailBytes), object.bytes))
    const footerBytes = parquetFooterBytes(tail.subarray(-parquetTrailerBytes), object.bytes)
    const needed = footerBytes + parquetTrailerBytes
    if (needed > tail.length) tail = await bytesOf(s3.read(object, object.bytes - needed, object.bytes))
    const { columns, rows } = parseParquetFooter(tail.subarray(tail.length - needed, tail.length - parquetTrailerBytes))
    // Compression is inside a Parquet file: AWS's crawler says none for the file as such.
    return {
      classification: 'parquet',
      compression: 'none',
      columns: columns.map(({ name, type }) => ({ name: name.toLowerCase(), type })),
      records: rows,
      bytes: object.bytes,
      whole: true,
    }
  } catch (cause) {
    if (cause instanceof NotParquet || cause instanceof ThriftMalformed) return undefined
    throw cause
  }
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** No more than the sample's bytes, however much they would unpack to; undefined when they do not unpack. */
async function headOf(
  chunks: AsyncIterable<Uint8Array>,
  packed: boolean,
): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean } | undefined> {
  const stream = packed ? unpacked(chunks) : chunks
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      parts.push(chunk)
      length += chunk.length
      if (length > sampleBytesMax) return { bytes: Buffer.concat(parts).subarray(0, sampleBytesMax), whole: false }
    }
    return { bytes: Buffer.concat(parts), whole: true }
  } catch (cause) {
    if (/^Z_/.test(String((cause as NodeJS.ErrnoException).code))) return undefined
    throw cause
  }
}

function unpacked(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip()
  const source = Readable.from(chunks)
  source.on('error', cause => gunzip.destroy(cause))
  gunzip.on('close', () => source.destroy())
  return source.pipe(gunzip)
}
