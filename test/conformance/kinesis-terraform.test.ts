/**
 * Terraform's AWS provider, unmodified, makes streams of both modes, a consumer and policies, finds nothing to change
 * afterwards, changes them in place, and takes them down again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { account, client, lakeFor } from '../testing/lake.ts'
import { terraformFor, withoutTerraform } from '../testing/terraform.ts'

test('terraform makes streams, consumers and policies, changes them in place, and destroys them', {
  skip: withoutTerraform,
  timeout: 600_000,
}, async context => {
  const { url, failures } = await lakeFor(context)
  const terraform = await terraformFor(context, url, 'streams.tf')
  assert.match(await terraform('apply', '-auto-approve'), /Apply complete! Resources: 5 added/)
  assert.match(await terraform('plan', '-detailed-exitcode'), /No changes\./)
  const change = ['-var', 'shards=3']
  assert.match(await terraform('apply', '-auto-approve', ...change), /0 added, 1 changed, 0 destroyed/)
  assert.match(await terraform('plan', '-detailed-exitcode', ...change), /No changes\./)
  const kinesis = new KinesisClient(client(url, { accessKeyId: account, secretAccessKey: 'test' }))
  context.after(() => kinesis.destroy())
  const { StreamDescriptionSummary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: 'tf-provisioned' }),
  )
  assert.deepEqual(
    [
      StreamDescriptionSummary?.OpenShardCount,
      StreamDescriptionSummary?.RetentionPeriodHours,
      StreamDescriptionSummary?.ConsumerCount,
      StreamDescriptionSummary?.EnhancedMonitoring?.[0]?.ShardLevelMetrics,
    ],
    [3, 48, 1, ['IncomingBytes', 'OutgoingRecords']],
  )
  assert.match(await terraform('destroy', '-auto-approve', ...change), /Destroy complete! Resources: 5 destroyed/)
  assert.deepEqual(failures, [])
})
