/** The one form of schedule that Glue takes, for triggers and crawlers: a cron in UTC, no more often than every five minutes. */
import { type Expression, parseExpression } from './expression.ts'
import { InvalidInputException } from './faults.ts'
import { gluePeriodSecondsMin } from './limits.ts'

/** `what` is who runs by it, as a sentence begins: "A trigger". */
export function glueCron(text: string, what: string): Extract<Expression, { readonly kind: 'cron' }> {
  const expression = parseExpression(text)
  if (expression?.kind !== 'cron')
    throw new InvalidInputException(
      `Invalid schedule expression ${text}. ${what} takes cron(minutes hours day-of-month month day-of-week year), UTC.`,
    )
  const { minutes } = expression.cron
  const tooOften = minutes.some(
    (minute, index) => index > 0 && minute - (minutes[index - 1] ?? 0) < gluePeriodSecondsMin / 60,
  )
  if (tooOften)
    throw new InvalidInputException(`Invalid schedule expression ${text}. ${what} runs at most every five minutes.`)
  return expression
}
