/** A running lake's buckets: what lies in them, as text and as lines. */
import { gunzipSync } from 'node:zlib'
import type { Bucket } from '../define/parts/bucket.ts'
import type { Aws } from '../in-process/door.ts'

export interface FoundObject {
  readonly key: string
  readonly bytes: number
}

export class RunningBucket {
  readonly #aws: Aws
  readonly #bucket: Pick<Bucket, 'name'>

  constructor(aws: Aws, bucket: Pick<Bucket, 'name'>) {
    this.#aws = aws
    this.#bucket = bucket
  }

  /** Every object under a prefix, in the order of their keys. */
  async list(prefix = ''): Promise<readonly FoundObject[]> {
    const found: FoundObject[] = []
    let more: { ContinuationToken?: string } | undefined = {}
    while (more) {
      const page = await this.#aws.s3.ListObjectsV2({ Bucket: this.#bucket.name, Prefix: prefix, ...more })
      for (const { Key = '', Size = 0 } of page.Contents ?? []) found.push({ key: Key, bytes: Size })
      const { NextContinuationToken } = page
      more = NextContinuationToken === undefined ? undefined : { ContinuationToken: NextContinuationToken }
    }
    return found
  }

  async bytes(key: string): Promise<Uint8Array> {
    const { Body } = await this.#aws.s3.GetObject({ Bucket: this.#bucket.name, Key: key })
    return (await Body?.transformToByteArray()) ?? new Uint8Array(0)
  }

  /** As text; an object whose bytes begin as gzip's do is unpacked. */
  async text(key: string): Promise<string> {
    const bytes = await this.bytes(key)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return Buffer.from(isGzip ? gunzipSync(bytes) : bytes).toString()
  }

  /** The JSON documents of all objects under a prefix, one a line. */
  async lines<Line = unknown>(prefix = ''): Promise<readonly Line[]> {
    const lines: Line[] = []
    for (const { key } of await this.list(prefix))
      for (const line of (await this.text(key)).split('\n')) if (line !== '') lines.push(JSON.parse(line) as Line)
    return lines
  }

  async put(key: string, body: string | Uint8Array): Promise<void> {
    const Body = typeof body === 'string' ? Buffer.from(body) : body
    await this.#aws.s3.PutObject({ Bucket: this.#bucket.name, Key: key, Body, ContentLength: Body.length })
  }
}
