// The bytes of an object, by one name: the id of a blob, or, for an object that was put together from uploaded parts,
// `parts/` and the id of a composite. The rest of S3 does not care which it is.
import type { Blobs } from '../../durable/blobs.ts'
import type { Transaction } from '../../durable/ledger.ts'
import type { Composites } from './composites.ts'

const compositePrefix = 'parts/'

export const compositeContent = (composite: string) => compositePrefix + composite

/** The composite's id, undefined for a plain blob. */
export const compositeOf = (content: string) =>
  content.startsWith(compositePrefix) ? content.slice(compositePrefix.length) : undefined

export interface HeldFile extends Disposable {
  readonly path: string
}

export class Contents {
  readonly #blobs: Blobs
  readonly #composites: Composites

  constructor(of: { blobs: Blobs; composites: Composites }) {
    this.#blobs = of.blobs
    this.#composites = of.composites
  }

  /** The content of a copy: no bytes are copied. */
  share(write: Transaction, content: string): string {
    const composite = compositeOf(content)
    if (composite !== undefined) return compositeContent(this.#composites.share(write, composite))
    this.#blobs.retain(write, content)
    return content
  }

  release(write: Transaction, content: string): void {
    if (content === '') return
    const composite = compositeOf(content)
    if (composite === undefined) this.#blobs.release(write, content)
    else this.#composites.discard(write, composite)
  }

  read(content: string, from: number, toExclusive: number): AsyncIterable<Uint8Array> {
    const composite = compositeOf(content)
    return composite === undefined
      ? this.#blobs.read(content, from, toExclusive)
      : this.#composites.read(composite, from, toExclusive)
  }

  /** One file with all of it, for a program that reads files; it stays until this is disposed. */
  async file(content: string): Promise<HeldFile> {
    const composite = compositeOf(content)
    const blob = composite === undefined ? content : await this.#composites.whole(composite)
    const held = this.#blobs.hold(blob)
    try {
      return { path: await this.#blobs.path(blob), [Symbol.dispose]: () => held[Symbol.dispose]() }
    } catch (cause) {
      held[Symbol.dispose]()
      throw cause
    }
  }
}
