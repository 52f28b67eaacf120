/**
 * Takes a deployment package in, from the request or from S3: read to its end, every file of it unpacked once to see that
 * it is whole, hashed, and written as a blob that becomes a function's with the next commit.
 */
import { createHash } from 'node:crypto'
import type { Blobs } from '../../durable/blobs.ts'
import { invalid } from './faults.ts'
import { unzippedBytesMax, zippedBytesMax } from './limits.ts'
import type { NewCode } from './registry.ts'
import { entriesOf, ZipMistake } from './runtime/zip.ts'

export interface PackageSource {
  readonly zip?: Uint8Array
  readonly object?: { readonly bucket: string; readonly key: string; readonly versionId?: string }
}

/** S3, as far as packages come from it. Throws S3's own fault. */
export interface PackageObjects {
  open(
    bucket: string,
    key: string,
    versionId: string | undefined,
  ): { readonly bytes: number; readonly chunks: AsyncIterable<Uint8Array>; readonly region: string }
}

export class CodeIntake {
  readonly #blobs: Blobs
  readonly #objects: PackageObjects

  constructor(of: { blobs: Blobs; objects: PackageObjects }) {
    this.#blobs = of.blobs
    this.#objects = of.objects
  }

  async take(source: PackageSource, region: string): Promise<NewCode> {
    const zip = await this.#read(source, region)
    await check(zip)
    const sha256 = createHash('sha256').update(zip).digest('base64')
    return { blob: await this.#blobs.write([zip]), sha256 }
  }

  /** What became nobody's after all. */
  discard(code: NewCode): Promise<void> {
    return this.#blobs.discard(code.blob)
  }

  async #read({ zip, object }: PackageSource, region: string): Promise<Buffer> {
    if (zip !== undefined && object !== undefined)
      throw invalid('Please do not provide other FunctionCode parameters when providing a ZipFile.')
    if (zip === undefined && object === undefined)
      throw invalid('Please provide a source for function code: either ZipFile, or S3Bucket with S3Key.')
    if (zip !== undefined) {
      if (zip.length > zippedBytesMax)
        throw invalid(
          `A package of ${zip.length} bytes is larger than the ${zippedBytesMax} that a request may carry: put it into S3.`,
        )
      return Buffer.from(zip.buffer, zip.byteOffset, zip.length)
    }
    const { bucket = '', key = '', versionId } = object ?? {}
    const found = this.#open(bucket, key, versionId)
    if (found.region !== region)
      throw invalid(
        `Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: ${found.region}. Please use this region to retry the request`,
      )
    if (found.bytes > unzippedBytesMax) throw invalid(`Unzipped size must be smaller than ${unzippedBytesMax} bytes`)
    return Buffer.concat(await Array.fromAsync(found.chunks))
  }

  #open(bucket: string, key: string, versionId: string | undefined) {
    try {
      return this.#objects.open(bucket, key, versionId)
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause)) throw cause
      throw invalid(`Error occurred while GetObject. S3 Error Code: ${cause.code}. S3 Error Message: ${cause.message}`)
    }
  }
}

async function check(zip: Buffer): Promise<void> {
  try {
    for (const entry of entriesOf(zip, unzippedBytesMax)) await entry.content()
  } catch (cause) {
    if (cause instanceof ZipMistake) throw invalid(cause.message)
    throw cause
  }
}
