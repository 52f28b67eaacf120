/**
 * Terraform's AWS provider, unmodified, builds the pipeline and a function with what belongs to it, finds nothing to
 * change afterwards, and takes them down again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { client, lakeFor } from '../testing/lake.ts'
import { terraformFor, withoutTerraform } from '../testing/terraform.ts'

const options = { skip: withoutTerraform, timeout: 300_000 }

test('terraform applies the pipeline, plans no change, and destroys it', options, async context => {
  const { url, failures } = await lakeFor(context)
  const terraform = await terraformFor(context, url, 'pipeline.tf')
  assert.match(await terraform('apply', '-auto-approve'), /Apply complete! Resources: 14 added/)
  assert.match(await terraform('plan', '-detailed-exitcode'), /No changes\./)
  assert.match(await terraform('destroy', '-auto-approve'), /Destroy complete! Resources: 14 destroyed/)
  assert.deepEqual(failures, [])
})

test('terraform applies a function, plans no change, changes it, and destroys it', options, async context => {
  const { url, failures } = await lakeFor(context)
  const terraform = await terraformFor(context, url, 'function.tf')
  assert.match(await terraform('apply', '-auto-approve'), /Apply complete! Resources: 6 added/)
  assert.match(await terraform('plan', '-detailed-exitcode'), /No changes\./)
  const lambda = new LambdaClient(client(url, { accessKeyId: '000000000000', secretAccessKey: 'test' }))
  const invoke = async () => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'tf-function', Qualifier: 'live' }))
    return JSON.parse(Payload?.transformToString() ?? '')
  }
  assert.deepEqual(await invoke(), { greeting: 'hello' })
  assert.match(
    await terraform('apply', '-auto-approve', '-var', 'greeting=good day'),
    /0 added, [12] changed, 0 destroyed/,
  )
  assert.match(await terraform('plan', '-detailed-exitcode', '-var', 'greeting=good day'), /No changes\./)
  assert.deepEqual(await invoke(), { greeting: 'good day' })
  assert.match(await terraform('destroy', '-auto-approve'), /Destroy complete! Resources: 6 destroyed/)
  assert.deepEqual(failures, [])
})
