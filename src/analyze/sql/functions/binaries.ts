// Binaries and digests. https://trino.io/docs/current/functions/binary.html
// Athena's digests are binaries of binaries; DuckDB's are hexadecimal texts.
import { type FunctionTable, scalar } from './entry.ts'

const digest = (template: string) => scalar(['(varbinary) -> varbinary', template])
const keyed = (name: string) => scalar(['(varbinary, varbinary) -> varbinary', `${name}($1, $2)`])

export const binaries: FunctionTable = {
  crc32: scalar(['(varbinary) -> bigint', 'athena_crc32($1)']),
  from_base32: scalar(['(varchar) -> varbinary', 'athena_from_base32($1)']),
  from_base64: scalar(['(varchar) -> varbinary', 'athena_from_base64($1)']),
  from_base64url: scalar(['(varchar) -> varbinary', 'athena_from_base64url($1)']),
  from_big_endian_32: scalar(['(varbinary) -> integer', 'CAST(athena_from_big_endian_32($1) AS INTEGER)']),
  from_big_endian_64: scalar(['(varbinary) -> bigint', 'athena_from_big_endian_64($1)']),
  from_hex: scalar(['(varchar) -> varbinary', 'athena_from_hex($1)']),
  from_ieee754_32: scalar(['(varbinary) -> real', 'CAST(athena_from_ieee754_32($1) AS FLOAT)']),
  from_ieee754_64: scalar(['(varbinary) -> double', 'athena_from_ieee754_64($1)']),
  hmac_md5: keyed('athena_hmac_md5'),
  hmac_sha1: keyed('athena_hmac_sha1'),
  hmac_sha256: keyed('athena_hmac_sha256'),
  hmac_sha512: keyed('athena_hmac_sha512'),
  md5: digest('unhex(md5($1))'),
  murmur3: digest('athena_murmur3($1)'),
  sha1: digest('unhex(sha1($1))'),
  sha256: digest('unhex(sha256($1))'),
  sha512: digest('athena_sha512($1)'),
  to_base32: scalar(['(varbinary) -> varchar', 'athena_to_base32($1)']),
  to_base64: scalar(['(varbinary) -> varchar', 'to_base64($1)']),
  to_base64url: scalar(['(varbinary) -> varchar', 'athena_to_base64url($1)']),
  to_big_endian_32: scalar(['(integer) -> varbinary', 'athena_to_big_endian_32($1)']),
  to_big_endian_64: scalar(['(bigint) -> varbinary', 'athena_to_big_endian_64($1)']),
  to_hex: scalar(['(varbinary) -> varchar', 'hex($1)']),
  to_ieee754_32: scalar(['(real) -> varbinary', 'athena_to_ieee754_32($1)']),
  to_ieee754_64: scalar(['(double) -> varbinary', 'athena_to_ieee754_64($1)']),
  xxhash64: digest('athena_xxhash64($1)'),
}
