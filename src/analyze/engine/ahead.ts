// A child that is started before the lake is: both take half a second to load, and side by side that is half a second.
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import { EngineChild } from './child-process.ts'
import { limitsOf } from './limits.ts'
import { keepSpare } from './spare-child.ts'

/** Long enough for a lake to open that has much to look through. */
const keptMilliseconds = 30_000

/** For the engine of a lake that this process is about to open. Nobody waits for it; it ends by itself if nobody comes. */
export function startAhead({ clock, log }: { readonly clock: Clock; readonly log: Log }): void {
  const limits = limitsOf()
  keepSpare(new EngineChild(limits, undefined, log), { limits, clock, milliseconds: keptMilliseconds })
}
