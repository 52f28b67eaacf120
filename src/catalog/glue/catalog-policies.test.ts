// What a request is judged by is what is kept: a policy that was undone with its commit lets nobody in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { Catalog } from './catalog.ts'
import { Tags } from './tags.ts'

const scope = { account: '000000000000', region: 'us-east-1' }
const arn = 'arn:aws:glue:us-east-1:000000000000:catalog'
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'glue:*', Resource: 'arn:aws:glue:us-east-1:000000000000:*' }],
})

test('a policy that a failed commit undid judges no request, whoever asked for it meanwhile', async () => {
  const { store, clock } = await simulatedWorld()
  const { ledger } = store
  const { policies } = new Catalog({ ledger, clock, tags: new Tags({ ledger }) })
  await assert.rejects(
    ledger.commit(write => {
      policies.put(write, scope, document, {})
      assert.equal(policies.documentFor(arn), document)
      throw new Error('undone')
    }),
    /undone/,
  )
  assert.equal(policies.documentFor(arn), undefined)
  await ledger.commit(write => policies.put(write, scope, document, {}))
  assert.equal(policies.documentFor(arn), document)
  assert.equal(policies.documentFor('arn:aws:glue:eu-west-1:000000000000:catalog'), undefined)
  await ledger.commit(write => policies.delete(write, scope, undefined))
  assert.equal(policies.documentFor(arn), undefined)
})
