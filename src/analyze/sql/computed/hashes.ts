// Digests that DuckDB has not. https://trino.io/docs/current/functions/binary.html
import { createHash, createHmac } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type ComputedTable, computed } from './computed.ts'
import { murmur3 } from './murmur3.ts'
import { xxhash64 } from './xxhash64.ts'

const digest = (name: string) => computed(['BLOB'], 'BLOB', data => createHash(name).update(data).digest())
const keyed = (name: string) =>
  computed(['BLOB', 'BLOB'], 'BLOB', (data, key) => createHmac(name, key).update(data).digest())

export const hashes: ComputedTable = {
  athena_crc32: computed(['BLOB'], 'BIGINT', data => BigInt(crc32(data))),
  athena_hmac_md5: keyed('md5'),
  athena_hmac_sha1: keyed('sha1'),
  athena_hmac_sha256: keyed('sha256'),
  athena_hmac_sha512: keyed('sha512'),
  athena_murmur3: computed(['BLOB'], 'BLOB', murmur3),
  athena_sha512: digest('sha512'),
  athena_xxhash64: computed(['BLOB'], 'BLOB', xxhash64),
}
