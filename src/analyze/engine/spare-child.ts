// One idle child that outlives its engine for a second, for the next engine of this process: tests open one lake after
// the other, and starting a child takes longer than all else that a small one does. It has let go of the closed lake's
// directories, and serves the next as it serves the next query: by an instance of DuckDB that has seen nothing.

import type { Appointment, Clock } from '../../world/clock.ts'
import type { EngineChild } from './child-process.ts'
import type { Limits } from './protocol.ts'

const keptMillisecondsMax = 1_000
let spare: { readonly child: EngineChild; readonly limits: string; readonly end: Appointment } | undefined

/** Takes the child; one that was here already ends. */
export async function keepChild(child: EngineChild, limits: Limits, clock: Clock): Promise<void> {
  const earlier = spare
  const end = clock.at(clock.now() + keptMillisecondsMax, 'spare engine child', async () => {
    if (spare?.child === child) spare = undefined
    await child.kill(undefined)
  })
  spare = { child, limits: JSON.stringify(limits), end }
  earlier?.end.cancel()
  await Promise.all([child.leave(), earlier?.child.kill(undefined)])
}

/** One with exactly these limits, if there is one. */
export function takeChild(limits: Limits): EngineChild | undefined {
  if (spare?.limits !== JSON.stringify(limits)) return undefined
  const { child, end } = spare
  spare = undefined
  end.cancel()
  return child.alive ? child : undefined
}
