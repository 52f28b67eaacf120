// What readers of packed bytes share: bytes by their number from a stream of pieces, and what is said of a damaged one.

export class PackedMalformed extends Error {
  override readonly name = 'PackedMalformed'
  /** Whether it merely ends too early. */
  readonly isCutOff: boolean

  constructor(why: string, isCutOff = false) {
    super(why)
    this.isCutOff = isCutOff
  }
}

/** What is taken is copied only where it lies in several pieces, and valid for good. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>
  #pieces: Uint8Array[] = []
  #bytes = 0
  #isEnded = false

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#source = chunks[Symbol.asyncIterator]()
  }

  /** As many are there then, unless it ends before. */
  async fill(bytes: number): Promise<number> {
    while (this.#bytes < bytes && !this.#isEnded) {
      const next = await this.#source.next()
      if (next.done) this.#isEnded = true
      else {
        this.#pieces.push(next.value)
        this.#bytes += next.value.length
      }
    }
    return this.#bytes
  }

  /** Throws PackedMalformed where there are fewer. */
  async take(bytes: number): Promise<Uint8Array> {
    if ((await this.fill(bytes)) < bytes) throw new PackedMalformed('it ends too early', true)
    const all = this.peek()
    this.drop(bytes)
    return all.subarray(0, bytes)
  }

  /** All that is there. */
  peek(): Uint8Array {
    if (this.#pieces.length !== 1) this.#pieces = [Buffer.concat(this.#pieces)]
    return this.#pieces[0] ?? new Uint8Array()
  }

  drop(bytes: number): void {
    this.#pieces = [this.peek().subarray(bytes)]
    this.#bytes -= bytes
  }
}
