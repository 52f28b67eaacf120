// Tokens that a client carries and cannot make or change: where it reads on (a shard iterator), or where a listing goes
// on. Base64 of the content and the first half of its HMAC-SHA-256 under the lake's own key.
import { createHmac, timingSafeEqual } from 'node:crypto'

const macBytes = 16

export class Seal {
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** `purpose` keeps a token of one kind from being taken for one of another. */
  seal(purpose: string, content: readonly (string | number)[]): string {
    const bytes = Buffer.from(JSON.stringify(content))
    return Buffer.concat([this.#mac(purpose, bytes), bytes]).toString('base64')
  }

  /** The content; undefined for anything that was not sealed here for this purpose. */
  open(purpose: string, token: string): readonly (string | number)[] | undefined {
    const sealed = Buffer.from(token, 'base64')
    const content = sealed.subarray(macBytes)
    const mac = sealed.subarray(0, macBytes)
    if (mac.length < macBytes || !timingSafeEqual(mac, this.#mac(purpose, content))) return undefined
    return JSON.parse(content.toString())
  }

  #mac(purpose: string, content: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(purpose).update('\0').update(content).digest().subarray(0, macBytes)
  }
}
