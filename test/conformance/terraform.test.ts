/**
 * Terraform's AWS provider, unmodified, makes every kind of resource that it has for what Biwa is: the pipeline, streams of
 * both modes with a consumer and policies, delivery streams with every block of an extended S3 destination, a function with
 * what belongs to it, a catalog with all that hangs on it, a bucket's settings, identities. It finds nothing to change
 * afterwards, changes what may be changed in place, finds nothing again, and takes all of it down. One configuration: each
 * command takes long, and hardly longer with more in it.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { account, client, startLake } from '../testing/lake.ts'
import { initialised, type Terraform, withoutTerraform } from '../testing/terraform.ts'

describe('terraform', { skip: withoutTerraform, timeout: 600_000 }, () => {
  let lake: Awaited<ReturnType<typeof startLake>>
  let terraform: Terraform
  let kinesis: KinesisClient
  let lambda: LambdaClient
  before(async () => {
    lake = await startLake()
    terraform = await initialised(lake.url, 'terraform')
    const options = client(lake.url, { accessKeyId: account, secretAccessKey: 'test' })
    kinesis = new KinesisClient(options)
    lambda = new LambdaClient(options)
  })
  after(async () => {
    kinesis?.destroy()
    lambda?.destroy()
    await terraform?.close()
    await lake.close()
  })
  const changed = ['-var', 'changed=true']
  const greeting = async () => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'tf-function', Qualifier: 'live' }))
    return JSON.parse(Payload?.transformToString() ?? '')
  }

  test('makes all of it, and the function answers', async () => {
    assert.match(await terraform.run('apply', '-auto-approve'), /Apply complete! Resources: 71 added/)
    assert.deepEqual(await greeting(), { greeting: 'hello' })
  })

  test('finds nothing to change afterwards', async () => {
    assert.match(await terraform.run('plan', '-detailed-exitcode'), /No changes\./)
  })

  test('changes a stream, five delivery streams and a function in place', async () => {
    assert.match(
      await terraform.run('apply', '-auto-approve', ...changed),
      // Whether the alias, which follows the function's version, is a change of its own is the provider's affair.
      /Resources: 0 added, [78] changed, 0 destroyed/,
    )
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
    assert.deepEqual(await greeting(), { greeting: 'good day' })
  })

  test('finds nothing to change after that', async () => {
    assert.match(await terraform.run('plan', '-detailed-exitcode', ...changed), /No changes\./)
  })

  test('takes all of it down', async () => {
    assert.match(
      await terraform.run('destroy', '-auto-approve', ...changed),
      /Destroy complete! Resources: 71 destroyed/,
    )
    assert.deepEqual(lake.failures, [])
  })
})
