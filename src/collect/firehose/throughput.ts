// How much may be put straight to one delivery stream in a second, when the lake keeps AWS's quotas: requests, records and
// bytes, each a bucket of one second's worth that fills steadily. What finds a bucket empty is to be sent again later.
import { directPutQuota, directPutQuotaLarge, largeQuotaRegions } from './limits.ts'

interface Quota {
  readonly requests: number
  readonly records: number
  readonly bytes: number
}

export class Throughput {
  readonly #quota: Quota
  #left: { requests: number; records: number; bytes: number }
  #at: number | undefined

  constructor(region: string) {
    this.#quota = largeQuotaRegions.includes(region) ? directPutQuotaLarge : directPutQuota
    this.#left = { ...this.#quota }
  }

  /** Whether a request of records with these sizes is let in, and then which of its records are. */
  admit(at: number, sizes: readonly number[]): readonly boolean[] | undefined {
    this.#fill(at)
    if (this.#left.requests < 1) return undefined
    this.#left.requests--
    return sizes.map(size => {
      if (this.#left.records < 1 || this.#left.bytes < size) return false
      this.#left.records--
      this.#left.bytes -= size
      return true
    })
  }

  #fill(at: number): void {
    const seconds = Math.max(0, at - (this.#at ?? at)) / 1000
    this.#at = Math.max(at, this.#at ?? at)
    const filled = (name: keyof Quota) => Math.min(this.#quota[name], this.#left[name] + seconds * this.#quota[name])
    this.#left = { requests: filled('requests'), records: filled('records'), bytes: filled('bytes') }
  }
}
