// Conditional requests: which of the conditions count, in which order, and what follows. RFC 9110 section 13.2.2, as S3
// has it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
import { conditionalConflict, noSuchKey, notImplementedHeader, notModified, preconditionFailed } from './faults.ts'
import type { Version } from './version.ts'

/** Times in milliseconds; as they come from HTTP they are whole seconds. */
export interface ReadConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: number | undefined
  readonly ifUnmodifiedSince?: number | undefined
}

export interface WriteConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

type Verdict = 'holds' | 'If-Match' | 'If-Unmodified-Since' | 'If-None-Match' | 'If-Modified-Since'

/** @throws NotModified, PreconditionFailed */
export function checkRead(conditions: ReadConditions, version: Version): void {
  const verdict = judge(conditions, version)
  if (verdict === 'holds') return
  if (verdict === 'If-None-Match' || verdict === 'If-Modified-Since')
    throw notModified({
      etag: `"${version.etag}"`,
      'last-modified': new Date(version.modifiedAt).toUTCString(),
      ...(version.properties.cacheControl !== undefined && { 'cache-control': version.properties.cacheControl }),
    })
  throw preconditionFailed(verdict)
}

/** The same conditions on the source of a copy: there is no "not modified", only a copy that does not happen. */
export function checkCopySource(conditions: ReadConditions, version: Version): void {
  const verdict = judge(conditions, version)
  if (verdict !== 'holds') throw preconditionFailed(`x-amz-copy-source-${verdict}`)
}

/** Against the key's latest version as the write finds it. AWS takes an entity tag to match, or any not to match. */
export function checkWrite({ ifMatch, ifNoneMatch }: WriteConditions, key: string, latest: Version | undefined): void {
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw notImplementedHeader('If-Match,If-None-Match', 'Multiple conditional request headers present in the request')
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notAccepted('If-None-Match')
  if (ifMatch?.trim() === '*') throw notAccepted('If-Match')
  if (ifNoneMatch !== undefined && latest?.marker === false) throw preconditionFailed('If-None-Match')
  if (ifMatch !== undefined) checkExisting(ifMatch, key, latest)
}

/** The same of a delete, which takes any to match as well. */
export function checkExisting(ifMatch: string, key: string, latest: Version | undefined): void {
  if (latest === undefined || latest.marker) throw noSuchKey(key)
  if (!matches(ifMatch, latest.etag)) throw preconditionFailed('If-Match')
}

/**
 * And of an upload in parts: where the key has changed since it was begun, the condition was made on something else. A
 * delete is known of where it leaves a marker.
 */
export function checkCompletion(
  conditions: WriteConditions,
  key: string,
  latest: Version | undefined,
  begunAt: number,
): void {
  checkWrite(conditions, key, latest)
  if (latest === undefined || latest.modifiedAt <= begunAt) return
  if (conditions.ifMatch !== undefined) throw conditionalConflict('If-Match', key)
  if (conditions.ifNoneMatch !== undefined) throw conditionalConflict('If-None-Match', key)
}

const notAccepted = (header: string) =>
  notImplementedHeader(header, `We don't accept the provided value of ${header} header for this API`)

function judge(conditions: ReadConditions, version: Version): Verdict {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  const modifiedAt = Math.floor(version.modifiedAt / 1000) * 1000
  // An entity tag says more than a time: where there is one, the time of the same kind does not count.
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) return 'If-Match'
  } else if (ifUnmodifiedSince !== undefined && modifiedAt > ifUnmodifiedSince) return 'If-Unmodified-Since'
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, version.etag)) return 'If-None-Match'
  } else if (ifModifiedSince !== undefined && modifiedAt <= ifModifiedSince) return 'If-Modified-Since'
  return 'holds'
}

/** `*`, or a list of entity tags, with or without quotes. */
export function matches(condition: string, etag: string): boolean {
  if (condition.trim() === '*') return true
  return condition.split(',').some(
    tag =>
      tag
        .trim()
        .replace(/^W\//, '')
        .replace(/^"(.*)"$/, '$1') === etag,
  )
}
