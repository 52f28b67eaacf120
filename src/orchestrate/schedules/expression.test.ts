/** Property: the next occurrence is the first minute after the instant asked for that the expression names, and no other text is taken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextLocal, parseCron } from '../../formats/cron.ts'
import { nextAfter, parseExpression } from './expression.ts'
import cases from './expression-cases.json' with { type: 'json' }

for (const { expression: text, after, zone = 'UTC', next, source } of cases.next)
  test(`${text} after ${after} in ${zone}: ${source}`, () => {
    const expression = parseExpression(text)
    assert.ok(expression, `${text} is an expression`)
    let at = Date.parse(after)
    const found: string[] = []
    for (let wanted = 0; wanted < Math.max(1, next.length); wanted++) {
      const due = nextAfter(expression, at, { timeZone: zone, anchorAt: 0 })
      if (due === undefined) break
      found.push(new Date(due).toISOString().replace('.000Z', 'Z'))
      at = due
    }
    assert.deepEqual(found, next)
  })

for (const { expression, why } of cases.invalid)
  test(`"${expression}" is refused: ${why}`, () => assert.equal(parseExpression(expression), undefined))

test('a rate counts from its anchor, also while the anchor is still to come', () => {
  const expression = parseExpression('rate(5 minutes)')
  assert.ok(expression)
  const calendar = { timeZone: 'UTC', anchorAt: 1_000_000_123 }
  assert.equal(nextAfter(expression, 5, calendar), 1_000_000_123)
  assert.equal(nextAfter(expression, 1_000_000_122, calendar), 1_000_000_123)
  assert.equal(nextAfter(expression, 1_000_000_123, calendar), 1_000_300_123)
})

/** A field as text, and the values it stands for. */
const field = (first: number, last: number) =>
  fc.oneof(
    fc.constant({ text: '*', has: () => true }),
    fc.uniqueArray(fc.integer({ min: first, max: last }), { minLength: 1, maxLength: 4 }).map(values => ({
      text: values.join(','),
      has: (value: number) => values.includes(value),
    })),
    fc.tuple(fc.integer({ min: first, max: last }), fc.integer({ min: 1, max: 20 })).map(([from, step]) => ({
      text: `${from}/${step}`,
      has: (value: number) => value >= from && (value - from) % step === 0,
    })),
  )

test('the next local minute is after, named by every field, and nothing between is', () => {
  const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12))
  const instants = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2050, 0) })
  fc.assert(
    fc.property(fields, instants, ([minutes, hours, days, months], at) => {
      const cron = parseCron(`${minutes.text} ${hours.text} ${days.text} ${months.text} ? *`)
      assert.ok(cron)
      const after = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').toPlainDateTime()
      const names = (local: Temporal.PlainDateTime) =>
        minutes.has(local.minute) && hours.has(local.hour) && days.has(local.day) && months.has(local.month)
      const next = nextLocal(cron, after)
      if (next) {
        assert.ok(Temporal.PlainDateTime.compare(next, after) > 0)
        assert.ok(names(next))
      }
      // A day's worth of minutes is walked one by one; that is where fields interact.
      let walked = after.round({ smallestUnit: 'minute', roundingMode: 'floor' })
      for (let minute = 0; minute < 1500; minute++) {
        walked = walked.add({ minutes: 1 })
        if (next && Temporal.PlainDateTime.compare(walked, next) >= 0) break
        assert.ok(!names(walked), `${walked} was passed over`)
      }
    }),
    { numRuns: 100 },
  )
})
