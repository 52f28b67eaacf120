/** What a query took, from the instants and the engine's own figures. */
import type { Result } from './execution.ts'
import type { Live } from './live.ts'
import type { QueryStatistics } from './query.ts'

/** `now` on the clock that `live` was timed by. Without a result it ended badly. */
export function statisticsOf(live: Live, now: number, result?: Result): QueryStatistics {
  const startedAt = live.startedAt ?? now
  const whole = { queueMilliseconds: startedAt - live.submittedAt, totalMilliseconds: now - live.submittedAt }
  // One that did not come to its end has read what was told last.
  if (!result) return { ...whole, engineMilliseconds: now - startedAt, scannedBytes: live.scannedBytes }
  const { engineMilliseconds, planningMilliseconds, preProcessingMilliseconds, scannedBytes } = result
  // What was neither waiting nor the engine: writing the result down.
  const processingMilliseconds = Math.max(0, now - startedAt - preProcessingMilliseconds - engineMilliseconds)
  return {
    ...whole,
    preProcessingMilliseconds,
    planningMilliseconds,
    engineMilliseconds,
    processingMilliseconds,
    scannedBytes,
    outputBytes: result.outputBytes,
    ...(result.outputRows !== undefined && { outputRows: result.outputRows }),
  }
}
