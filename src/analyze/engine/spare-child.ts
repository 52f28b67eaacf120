// One idle child that outlives its engine for a second, for the next engine of this process, where other lakes are open: tests
// that run beside each other open one lake after the other, and starting a child takes longer than all else that a small one
// does. It has let go of the closed lake's directories, and serves the next as it serves the next query: by an instance of
// DuckDB that has seen nothing. With the last engine of the process every child ends.

import type { Appointment, Clock } from '../../world/clock.ts'
import type { EngineChild } from './child-process.ts'
import type { Limits } from './protocol.ts'

const keptMillisecondsMax = 1_000
let spare: { readonly child: EngineChild; readonly limits: string; readonly end: Appointment } | undefined
let engines = 0

/** To be called once by each engine that opens; `engineClosed` is its counterpart. */
export function engineOpened(): void {
  engines += 1
}

/** Takes an idle child of the engine that closes, if it has one; one that was here already ends. */
export async function engineClosed(child: EngineChild | undefined, limits: Limits, clock: Clock): Promise<void> {
  engines -= 1
  const isLast = engines === 0
  if (child === undefined && !isLast) return
  const earlier = spare
  spare = undefined
  earlier?.end.cancel()
  if (child !== undefined && !isLast) keepSpare(child, { limits, clock, milliseconds: keptMillisecondsMax })
  await Promise.all([isLast ? child?.kill(undefined) : child?.leave(), earlier?.child.kill(undefined)])
}

/** For the next engine that has these limits, if it comes in time. */
export function keepSpare(
  child: EngineChild,
  { limits, clock, milliseconds }: { readonly limits: Limits; readonly clock: Clock; readonly milliseconds: number },
): void {
  const end = clock.at(clock.now() + milliseconds, 'spare engine child', async () => {
    if (spare?.child === child) spare = undefined
    await child.kill(undefined)
  })
  spare = { child, limits: JSON.stringify(limits), end }
}

/** One with exactly these limits, if there is one. */
export function takeChild(limits: Limits): EngineChild | undefined {
  if (spare?.limits !== JSON.stringify(limits)) return undefined
  const { child, end } = spare
  spare = undefined
  end.cancel()
  return child.alive ? child : undefined
}
