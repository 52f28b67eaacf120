// Tells the lake, while a query runs, how much of its files has been read, so that a query which reads more than it may
// ends then and not when it has read everything. Only files that are read in pieces: of the others the size is known before.

import type { Appointment, Clock } from '../../../world/clock.ts'
import type { Plan } from './plan.ts'

/** Asking takes about 5 ms of another thread's time. */
const tellMilliseconds = 50

/** Runs `work`; when `tell` rejects, DuckDB is interrupted and the rejection is the outcome. */
export async function whileTelling<T>(
  plan: Plan,
  clock: Clock,
  tell: (bytes: number) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  if (plan.measured.size === 0) return await work()
  using watcher = await plan.watcher()
  let refusal: { readonly cause: unknown } | undefined
  let isOver = false
  let wake = () => {}
  const watch = async () => {
    while (!isOver) {
      let next: Appointment | undefined
      await new Promise<void>(resolve => {
        wake = resolve
        next = clock.at(clock.now() + tellMilliseconds, 'bytes read', resolve)
      })
      next?.cancel()
      if (!isOver) await tell(plan.wholeBytes + (await watcher.bytesRead(plan.measured)))
    }
  }
  const watching = watch().catch(cause => {
    refusal = { cause }
    plan.session.interrupt()
  })
  try {
    return await work()
  } catch (cause) {
    throw refusal === undefined ? cause : refusal.cause
  } finally {
    isOver = true
    wake()
    await watching
  }
}
