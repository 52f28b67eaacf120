// What a version of a key is, as plain values: an object's bytes with what is said about them, or a delete marker.
import type { Encryption } from './bucket.ts'
import type { ChecksumAlgorithm } from './checksums/digest.ts'

/** The id by which a version is known that was written while versioning was off or suspended. */
export const nullVersionId = 'null'

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  /** Of the whole content, or of its parts' checksums (`…-n`). */
  readonly type: 'full' | 'composite'
  /** Base64. */
  readonly value: string
}

export interface Properties {
  readonly contentType?: string
  readonly contentEncoding?: string
  readonly contentDisposition?: string
  readonly contentLanguage?: string
  readonly cacheControl?: string
  readonly expires?: string
  readonly redirect?: string
  /** Names in lower case, without AWS's prefix. */
  readonly metadata?: Readonly<Record<string, string>>
  /** STANDARD unless given. */
  readonly storageClass?: string
  /** Asked back from an archive: there from one instant on, until another. */
  readonly restore?: { readonly from: number; readonly until: number }
  readonly encryption: Encryption
  readonly checksum?: Checksum
}

export type Tags = Readonly<Record<string, string>>

/** What is stored under a key, before it has a place among the key's versions. */
export interface Stored {
  /** A blob's id, or a composite's: see contents.ts. Empty for a delete marker. */
  readonly content: string
  readonly bytes: number
  /** Without quotes. */
  readonly etag: string
  readonly properties: Properties
  readonly tags: Tags
}

export interface Version extends Stored {
  readonly key: string
  /** Falls from version to version: the order among a key's versions. */
  readonly turn: number
  readonly versionId: string
  readonly latest: boolean
  readonly marker: boolean
  readonly modifiedAt: number
}
