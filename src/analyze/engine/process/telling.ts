// Tells the lake, while a statement runs, how much of its files has been read: so that one which reads more than it may ends
// then and not when it has read everything, and so that of one which is stopped it is known what it had read. Meanwhile it
// is looked whether files of text are sound.

import type { Appointment, Clock } from '../../../world/clock.ts'
import type { Ask, Telling } from '../protocol.ts'
import type { Plan } from './plan.ts'
import { TextSoundness } from './text-soundness.ts'

/** Asking takes up to 5 ms of another thread's time. */
const boundedMilliseconds = 50
const otherMilliseconds = 250

export interface Listener {
  readonly telling: Telling | undefined
  readonly ask: Ask
  readonly clock: Clock
}

/**
 * Runs `work`, for which `prepare` has been called; when the lake refuses to go on, DuckDB is interrupted and the refusal is the outcome. Where files of text
 * or of Parquet are not UTF-8 it is run once more, over such as can be read: what it wrote before counts for nothing.
 */
export async function whileTelling<T>(
  plan: Plan,
  listener: Listener,
  work: () => Promise<T>,
  prepare: () => Promise<void>,
): Promise<T> {
  for (;;) {
    try {
      return await overSound(plan, listener, work)
    } catch (cause) {
      if (!(await plan.mend(cause))) throw cause
      await prepare()
    }
  }
}

/** Files that turn out not to be sound fail it, too, unless it came to its end without having read all of them. */
async function overSound<T>(plan: Plan, listener: Listener, work: () => Promise<T>): Promise<T> {
  const { unchecked, files, session } = plan
  if (unchecked.length === 0) return await told(plan, listener, work)
  const soundness = new TextSoundness(unchecked)
  try {
    const outcome = await told(plan, listener, work)
    const most = new Map(unchecked.map(({ file }) => [file, files.get(file) ?? 0]))
    const all = [...most.values()].reduce((sum, bytes) => sum + bytes, 0)
    if ((await session.bytesRead(most)) >= all) await soundness.settled()
    return outcome
  } catch (cause) {
    // It says better what is wrong with a file than DuckDB does.
    if (/CSV (?:Error|Reader)/.test(String(cause))) await soundness.settled()
    throw cause
  } finally {
    await soundness.stop()
  }
}

async function told<T>(plan: Plan, { telling, ask, clock }: Listener, work: () => Promise<T>): Promise<T> {
  if (telling === undefined || plan.files.size === 0) return await work()
  const tell = async () => {
    const bytes = await plan.session.bytesRead(plan.files)
    await ask({ name: 'scanned', bytes, atLeast: Math.max(bytes, plan.wholeBytes) })
  }
  if (telling.isBounded && plan.wholeBytes > 0) await tell()
  let refusal: { readonly cause: unknown } | undefined
  let isOver = false
  let wake = () => {}
  const watch = async () => {
    const milliseconds = telling.isBounded ? boundedMilliseconds : otherMilliseconds
    while (!isOver) {
      let next: Appointment | undefined
      await new Promise<void>(resolve => {
        wake = resolve
        next = clock.at(clock.now() + milliseconds, 'bytes read', resolve)
      })
      next?.cancel()
      if (!isOver) await tell()
    }
  }
  const watching = watch().catch(cause => {
    refusal = { cause }
    plan.session.interrupt()
  })
  try {
    return await work()
  } catch (cause) {
    if (refusal !== undefined) throw refusal.cause
    // What had been read until it failed.
    await tell()
    throw cause
  } finally {
    isOver = true
    wake()
    await watching
  }
}
