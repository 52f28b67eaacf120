/** Property: the price is Athena's: $5 a terabyte, at least ten megabytes, whole megabytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { priceOf } from './price.ts'

const megabyte = 2 ** 20

test('a small query costs as much as ten megabytes', () => {
  assert.equal(priceOf(0), priceOf(10 * megabyte))
  assert.equal(priceOf(10 * megabyte), (10 / 2 ** 20) * 5)
})
test('a megabyte begun is a megabyte paid', () => assert.equal(priceOf(10 * megabyte + 1), priceOf(11 * megabyte)))
test('three terabytes cost fifteen dollars', () => assert.equal(priceOf(3 * 2 ** 40), 15))
