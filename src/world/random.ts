// Where chance comes from: names nobody can guess, and spread. The simulated form repeats itself by its seed.

import { randomBytes, randomUUID } from 'node:crypto'

export interface Random {
  bytes(count: number): Uint8Array
  /** `bytes` random bytes as lower-case hex, twice as many digits. */
  hex(bytes: number): string
  /** A version 4 UUID. */
  uuid(): string
  /** At least 0, less than 1. */
  fraction(): number
}

export class SystemRandom implements Random {
  bytes(count: number): Uint8Array {
    return randomBytes(count)
  }

  hex(bytes: number): string {
    return randomBytes(bytes).toString('hex')
  }

  uuid(): string {
    return randomUUID()
  }

  fraction(): number {
    return Math.random()
  }
}
