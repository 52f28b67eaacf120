/** Whether and when a failed invocation is made again. The number of attempts and the age are the target's RetryPolicy. */
import { Fault } from '../../gateway/fault.ts'

/** Longest pause between two attempts: 185 of them (AWS's default) fit into a day (AWS's default age). */
const longestPauseMilliseconds = 460_000

/** Doubles from a second on, with up to a quarter taken off so that what failed together does not return together. */
export function delayBeforeAttempt(attempt: number, fraction: number): number {
  const pause = Math.min(longestPauseMilliseconds, 1000 * 2 ** (attempt - 2))
  return Math.round(pause * (1 - fraction / 4))
}

/** Faults that time can heal. Others (no such job, not allowed, invalid input) would fail the same way 185 times. */
const passing = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'ServiceUnavailableException',
  'ConcurrentRunsExceededException',
  'CrawlerRunningException',
  'ConcurrentModificationException',
  'LimitExceededException',
])

export const isWorthRetrying = (cause: unknown): boolean =>
  !(cause instanceof Fault) || cause.status >= 500 || passing.has(cause.code)
