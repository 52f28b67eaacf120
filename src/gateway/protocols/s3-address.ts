/** S3's two ways of naming a bucket, in the path and in the host, made one. */
import type { HttpRequest } from '../message.ts'

/**
 * `bucket.s3.ap-northeast-1.amazonaws.com`, `bucket.s3.localhost`, `bucket.localhost`. Bucket names hold dots, so
 * everything before the known ending is the bucket.
 */
const virtualHost =
  /^(?<bucket>.+?)\.(?:s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com|s3(?:\.[a-z0-9-]+)?\.localhost(?:\.localstack\.cloud)?|localhost)$/

/** The bucket that the host names, if it does. */
export function virtualBucket(request: Pick<HttpRequest, 'headers'>): string | undefined {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  const bucket = virtualHost.exec(host)?.groups?.bucket
  return bucket === undefined || bucket === 's3' || /^s3\.[a-z0-9-]+$/.test(bucket) ? undefined : bucket
}

/** The path with the bucket first, still percent-encoded. */
export function s3Path(request: Pick<HttpRequest, 'headers' | 'path'>): string {
  const bucket = virtualBucket(request)
  return bucket === undefined ? request.path : `/${bucket}${request.path}`
}
