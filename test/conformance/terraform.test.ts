/** Terraform's AWS provider builds the pipeline, finds nothing to change afterwards, and takes it down again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lakeFor } from '../testing/lake.ts'
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
