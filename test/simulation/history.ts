/** What was put into the lake, what it acknowledged and what was seen of it since: all that the checkers go by. */

/** A record says who it is: a JSON document with its id and key, and a newline. */
export interface Put {
  readonly id: number
  readonly key: string
  readonly into: 'stream' | 'direct'
  /** Puts of one request have one, and are in the order of their ids. */
  readonly request: number
  readonly text: string
  /** Ticks of the history, not time. */
  readonly begunAt: number
  acknowledgedAt?: number
  /** The lake said that it did not take it. */
  refused?: boolean
  /** Of a stream's records, once acknowledged. */
  place?: { readonly shardId: string; readonly sequenceNumber: string }
}

export interface Seen {
  readonly id: number
  readonly text: string
  readonly shardId: string
  readonly sequenceNumber: string
  /** Milliseconds since 1970 UTC. */
  readonly arrivedAt: number
}

export class History {
  readonly puts = new Map<number, Put>()
  #ticks = 0
  #requests = 0

  request(into: Put['into'], records: readonly { readonly key: string; readonly padding: number }[]): readonly Put[] {
    const request = this.#requests++
    const begunAt = this.#ticks++
    return records.map(({ key, padding }) => {
      const id = this.puts.size
      const text = `${JSON.stringify({ id, key, padding: '.'.repeat(padding) })}\n`
      const put: Put = { id, key, into, request, text, begunAt }
      this.puts.set(id, put)
      return put
    })
  }

  acknowledge(put: Put, place?: Put['place']): void {
    put.acknowledgedAt = this.#ticks++
    if (place) put.place = place
  }

  acknowledged(into: Put['into']): readonly Put[] {
    return [...this.puts.values()].filter(put => put.into === into && put.acknowledgedAt !== undefined)
  }
}

interface WireRecord {
  readonly Data: string
  readonly SequenceNumber: string
  readonly ApproximateArrivalTimestamp: number
}

export function seenOf(shardId: string, records: unknown): readonly Seen[] {
  return (records as readonly WireRecord[]).map(({ Data, SequenceNumber, ApproximateArrivalTimestamp }) => {
    const text = Buffer.from(Data, 'base64').toString()
    const arrivedAt = Math.round(ApproximateArrivalTimestamp * 1000)
    return { id: idOf(text), text, shardId, sequenceNumber: SequenceNumber, arrivedAt }
  })
}

/** Not a number where the text is no record. */
export const idOf = (text: string): number => Number(/^\{"id":(\d+),/.exec(text)?.[1])
