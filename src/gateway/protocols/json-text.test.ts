// The text of an answer is what JSON.stringify makes of its values, whatever the shape and whatever is left out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shapedValue } from '../../../test/testing/shaped-values.ts'
import { tries } from '../../../test/testing/tries.ts'
import { named, string } from '../shape.ts'
import { jsonText } from './json-text.ts'
import { writeMembers } from './json-values.ts'

test('an answer reads the same as what JSON.stringify makes of its values', () => {
  fc.assert(
    fc.property(shapedValue, shapedValue, (one, other) => {
      const members = { One: one.shape, Left: string(), Other: named('other', other.shape) }
      const value = { Other: other.value, One: one.value, Left: undefined, Undeclared: 1 }
      assert.equal(jsonText(members, value), JSON.stringify(writeMembers(members, value)))
    }),
    { numRuns: tries(500) },
  )
})
