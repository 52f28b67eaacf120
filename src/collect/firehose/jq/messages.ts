// What the lake and the thread in which jq runs say to each other: one task, one answer.

export type Task =
  | { readonly kind: 'check'; readonly query: string }
  /** The documents, each followed by a newline, and their lengths in bytes without it. */
  | {
      readonly kind: 'extract'
      readonly query: string
      readonly bytes: Uint8Array<ArrayBuffer>
      readonly lengths: readonly number[]
    }

/** The partition keys of one document, or why it has none. */
export type Extracted = { readonly keys: Readonly<Record<string, string>> } | { readonly error: string }

export type Answer =
  /** Said once, before the first task is done. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'checked'; readonly mistake: string | undefined }
  | { readonly kind: 'extracted'; readonly results: readonly Extracted[] }
  /** The documents could not be told apart in what came out, or nothing did: each must be asked about by itself. */
  | { readonly kind: 'confused'; readonly why: string }
