// S3's checksums, each computed piece by piece as a body passes.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc32c } from './crc32c.ts'
import { Crc64Nvme } from './crc64-nvme.ts'

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

export interface Digest {
  update(bytes: Uint8Array): void
  /** Once, at the end. */
  digest(): Buffer
}

const checksumBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

const makers: Readonly<Record<ChecksumAlgorithm, () => Digest>> = {
  CRC32: () => new Crc(crc32),
  CRC32C: () => new Crc(crc32c),
  CRC64NVME: () => new Crc64Nvme(),
  SHA1: () => createHash('sha1'),
  SHA256: () => createHash('sha256'),
}

export const digestFor = (algorithm: ChecksumAlgorithm): Digest => makers[algorithm]()

/** Whether `value` is base64 of as many bytes as the algorithm gives. */
export const isChecksum = (algorithm: ChecksumAlgorithm, value: string) =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(value) &&
  value.length % 4 === 0 &&
  Buffer.from(value, 'base64').length === checksumBytes[algorithm]

class Crc implements Digest {
  readonly #next: (bytes: Uint8Array, before: number) => number
  #value = 0

  constructor(next: (bytes: Uint8Array, before: number) => number) {
    this.#next = next
  }

  update(bytes: Uint8Array): void {
    this.#value = this.#next(bytes, this.#value)
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(this.#value)
    return bytes
  }
}
