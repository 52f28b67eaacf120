// Patterns give what Java's own DateTimeFormatter gave for them, letter by letter; what Java refuses is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTime, patternProblem } from './timestamp-pattern.ts'
import cases from './timestamp-pattern-cases.json' with { type: 'json' }

const moments = cases.moments.map(([instant = '', zone = '']) =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone),
)

for (const [pattern = '', ...texts] of cases.cases as readonly (readonly string[])[]) {
  if (texts.length === 0) {
    test(`Java refuses ${pattern}`, () => assert.ok(patternProblem(pattern)))
    continue
  }
  test(`the pattern ${pattern} gives ${texts.join(' and ')}`, () => {
    assert.equal(patternProblem(pattern), undefined)
    assert.deepEqual(
      moments.map(moment => formatTime(pattern, moment)),
      texts,
    )
  })
}

const known: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['VV', /the letter 'V' is none of/],
  ['zzz', /the letter 'z' is none of/],
  ['ppH', /the letter 'p' is none of/],
]
for (const [pattern, why] of known) {
  test(`${pattern}, which Java knows, is refused by its letter`, () => assert.match(patternProblem(pattern) ?? '', why))
}
