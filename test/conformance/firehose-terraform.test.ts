/**
 * Terraform's AWS provider makes delivery streams with every block that an extended S3 destination has, finds nothing to
 * change afterwards, changes what may be changed in place, and finds nothing again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lakeFor } from '../testing/lake.ts'
import { terraformFor, withoutTerraform } from '../testing/terraform.ts'

const options = { skip: withoutTerraform, timeout: 300_000 }

test('terraform keeps rich delivery streams as it declares them', options, async context => {
  const { url, failures } = await lakeFor(context)
  const terraform = await terraformFor(context, url, 'delivery-streams.tf')
  assert.match(await terraform('apply', '-auto-approve'), /Apply complete! Resources: 10 added/)
  assert.match(await terraform('plan', '-detailed-exitcode'), /No changes\./)
  const changed = ['-var', 'changed=true']
  assert.match(await terraform('apply', '-auto-approve', ...changed), /Resources: 0 added, 5 changed, 0 destroyed/)
  assert.match(await terraform('plan', '-detailed-exitcode', ...changed), /No changes\./)
  assert.match(await terraform('destroy', '-auto-approve', ...changed), /Destroy complete! Resources: 10 destroyed/)
  assert.deepEqual(failures, [])
})
