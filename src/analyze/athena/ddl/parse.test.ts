/** Property: a statement is read as Athena means it, or refused with its place and its name; never guessed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../gateway/fault.ts'
import cases from './cases.json' with { type: 'json' }
import { parseStatement } from './parse.ts'

for (const { sql, as } of cases.read) test(`reads ${sql.slice(0, 60)}`, () => assert.deepEqual(parseStatement(sql), as))

for (const { sql, words } of cases.refused)
  test(`refuses ${sql.slice(0, 60)}`, () =>
    assert.throws(
      () => parseStatement(sql),
      (error: unknown) => {
        assert.ok(error instanceof Fault)
        assert.equal(error.code, 'InvalidRequestException')
        assert.ok(error.message.includes(words), error.message)
        return true
      },
    ))

test('whatever the text, it is read or refused by a fault, at once', () => {
  const words = cases.read.flatMap(({ sql }) => sql.split(/\s+/))
  const soup = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 30 })
  fc.assert(
    fc.property(soup, parts => {
      try {
        parseStatement(parts.join(' '))
      } catch (error) {
        assert.ok(error instanceof Fault, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
