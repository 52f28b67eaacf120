// Waiting for real time to pass, for commands that ask a server again and again. Parts make appointments with the clock.
import { setTimeout } from 'node:timers/promises'

/** Resolves after the time, or as soon as the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)
}
