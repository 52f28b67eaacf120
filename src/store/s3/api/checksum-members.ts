// The checksums of S3's requests and answers: as headers, as trailers, as members of XML documents.
import type { Call } from '../../../gateway/operation.ts'
import { enumeration, header, optional, string, type Values } from '../../../gateway/shape.ts'
import { type ChecksumAlgorithm, checksumAlgorithms, isChecksum } from '../checksums/digest.ts'
import { invalidRequest } from '../faults.ts'
import type { Announced, AnnouncedChecksum } from '../intake.ts'
import type { Checksum } from '../version.ts'

export const checksumAlgorithm = enumeration(...checksumAlgorithms)
export const checksumType = enumeration('COMPOSITE', 'FULL_OBJECT')

export const checksumMembers = {
  ChecksumCRC32: optional(string()),
  ChecksumCRC32C: optional(string()),
  ChecksumCRC64NVME: optional(string()),
  ChecksumSHA1: optional(string()),
  ChecksumSHA256: optional(string()),
}
export const checksumHeaders = {
  ChecksumCRC32: optional(header('x-amz-checksum-crc32', string())),
  ChecksumCRC32C: optional(header('x-amz-checksum-crc32c', string())),
  ChecksumCRC64NVME: optional(header('x-amz-checksum-crc64nvme', string())),
  ChecksumSHA1: optional(header('x-amz-checksum-sha1', string())),
  ChecksumSHA256: optional(header('x-amz-checksum-sha256', string())),
}
export const checksumTypeHeader = optional(header('x-amz-checksum-type', checksumType))

type ChecksumValues = Values<typeof checksumMembers>

const memberOf = {
  CRC32: 'ChecksumCRC32',
  CRC32C: 'ChecksumCRC32C',
  CRC64NVME: 'ChecksumCRC64NVME',
  SHA1: 'ChecksumSHA1',
  SHA256: 'ChecksumSHA256',
} as const

/** The one checksum among the members. */
export function givenChecksum(
  values: ChecksumValues,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  let given: { algorithm: ChecksumAlgorithm; value: string } | undefined
  for (const algorithm of checksumAlgorithms) {
    const value = values[memberOf[algorithm]]
    if (value === undefined) continue
    if (given !== undefined)
      throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
    given = { algorithm, value }
  }
  return given
}

export const bodyMembers = {
  ...checksumHeaders,
  ContentMD5: optional(header('Content-MD5', string())),
  ChecksumAlgorithm: optional(header('x-amz-sdk-checksum-algorithm', checksumAlgorithm)),
}

/** What a request with a body says about it. */
export function announced(input: Values<typeof bodyMembers>, call: Call, bytes: number | undefined): Announced {
  return { bytes, md5: input.ContentMD5, checksum: announcedChecksum(input, call) }
}

function announcedChecksum(input: Values<typeof bodyMembers>, call: Call): AnnouncedChecksum | undefined {
  const given = givenChecksum(input)
  const trailer = /x-amz-checksum-([a-z0-9]+)/.exec(call.headers['x-amz-trailer'] ?? '')?.[1]?.toUpperCase()
  const named = input.ChecksumAlgorithm
  if (given !== undefined) {
    if (named !== undefined && named !== given.algorithm)
      throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.')
    if (!isChecksum(given.algorithm, given.value))
      throw invalidRequest(`Value for x-amz-checksum-${given.algorithm.toLowerCase()} header is invalid.`)
    return { algorithm: given.algorithm, value: () => given.value }
  }
  if (trailer !== undefined) {
    const algorithm = checksumAlgorithms.find(one => one === trailer)
    if (algorithm === undefined)
      throw invalidRequest(
        `The value specified in the x-amz-trailer header is not supported: x-amz-checksum-${trailer.toLowerCase()}`,
      )
    return { algorithm, value: () => call.trailers()[`x-amz-checksum-${trailer.toLowerCase()}`] }
  }
  if (named !== undefined && input.ContentMD5 === undefined)
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    )
  return undefined
}

export const typeName = (type: Checksum['type']): 'FULL_OBJECT' | 'COMPOSITE' =>
  type === 'full' ? 'FULL_OBJECT' : 'COMPOSITE'

/** The members of an answer. */
export const checksumOf = (
  checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined,
): ChecksumValues => (checksum === undefined ? {} : { [memberOf[checksum.algorithm]]: checksum.value })
export const typedChecksumOf = (checksum: Checksum | undefined) =>
  checksum === undefined ? {} : { ...checksumOf(checksum), ChecksumType: typeName(checksum.type) }
