// Digests that DuckDB has not. https://trino.io/docs/current/functions/binary.html
import { createHash, createHmac } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type ComputedTable, computed } from './computed.ts'
import { murmur3 } from './murmur3.ts'
import { xxhash64 } from './xxhash64.ts'

const digest = (name: string) => computed(['BLOB'], 'BLOB', data => createHash(name).update(data).digest())
const keyed = (name: string) =>
  computed(['BLOB', 'BLOB'], 'BLOB', (data, key) => createHmac(name, key).update(data).digest())

/** What one value adds to a checksum: its hash, spread. https://trino.io/docs/current/functions/aggregate.html#checksum */
const share = (data: Uint8Array): bigint => {
  const hash = xxhash64(data)
  return BigInt.asIntN(64, new DataView(hash.buffer).getBigUint64(0) * 0x9e3779b185ebca87n)
}

function eightBytes(write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(8)
  write(new DataView(bytes.buffer))
  return bytes
}

export const hashes: ComputedTable = {
  athena_checksum_bytes: computed(['VARCHAR'], 'BLOB', sum =>
    eightBytes(view => view.setBigUint64(0, BigInt.asUintN(64, BigInt(sum)), true)),
  ),
  athena_checksum_binary: computed(['BLOB'], 'BIGINT', share),
  athena_checksum_double: computed(['DOUBLE'], 'BIGINT', value =>
    share(eightBytes(view => view.setFloat64(0, value === 0 ? 0 : value, true))),
  ),
  athena_checksum_whole: computed(['BIGINT'], 'BIGINT', value =>
    share(eightBytes(view => view.setBigInt64(0, value, true))),
  ),
  athena_crc32: computed(['BLOB'], 'BIGINT', data => BigInt(crc32(data))),
  athena_hmac_md5: keyed('md5'),
  athena_hmac_sha1: keyed('sha1'),
  athena_hmac_sha256: keyed('sha256'),
  athena_hmac_sha512: keyed('sha512'),
  athena_murmur3: computed(['BLOB'], 'BLOB', murmur3),
  athena_sha512: digest('sha512'),
  athena_xxhash64: computed(['BLOB'], 'BLOB', xxhash64),
}
