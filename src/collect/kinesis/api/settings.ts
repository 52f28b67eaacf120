// What of a stream can be changed: retention, mode, record size, encryption, monitoring. To set what already holds
// succeeds, as Terraform expects.
import { operation } from '../../../gateway/operation.ts'
import { integer, optional } from '../../../gateway/shape.ts'
import { InvalidArgumentException } from '../faults.ts'
import type { Kinesis } from '../kinesis.ts'
import { retentionHoursMax, retentionHoursMin } from '../limits.ts'
import { checkDistribution, checkWarm, warm } from '../warmth.ts'
import {
  distribution as distributionShape,
  encryptionType,
  keyId,
  type MetricName,
  metricNames,
  recordKib,
  resourceOf,
  streamArn,
  streamId,
  streamModeDetails,
  streamName,
  streamOf,
  streamReference,
  warmMibps,
} from './shapes.ts'

function checkRetention(hours: number): void {
  const refuse = (bound: string, limit: number, why: string) =>
    new InvalidArgumentException(
      `${bound} allowed retention period is ${limit} hours. Requested retention period (${hours} hours) is too ${why}.`,
    )
  if (hours < retentionHoursMin) throw refuse('Minimum', retentionHoursMin, 'short')
  if (hours > retentionHoursMax) throw refuse('Maximum', retentionHoursMax, 'long')
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
export const IncreaseStreamRetentionPeriod = operation({
  input: { ...streamReference, RetentionPeriodHours: integer() },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const hours = input.RetentionPeriodHours
    checkRetention(hours)
    const stream = streamOf(kinesis, input, call)
    await stream.configure(({ retentionHours }) => {
      if (retentionHours > hours) {
        throw new InvalidArgumentException(
          `Requested retention period (${hours} hours) for stream ${stream.name} can not be shorter than existing ` +
            `retention period (${retentionHours} hours). Use DecreaseRetentionPeriod API.`,
        )
      }
      return { retentionHours: hours, keptSince: stream.horizon(call.at) }
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html */
export const DecreaseStreamRetentionPeriod = operation({
  input: { ...streamReference, RetentionPeriodHours: integer() },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const hours = input.RetentionPeriodHours
    checkRetention(hours)
    const stream = streamOf(kinesis, input, call)
    await stream.configure(({ retentionHours }) => {
      if (retentionHours < hours) {
        throw new InvalidArgumentException(
          `Requested retention period (${hours} hours) for stream ${stream.name} can not be longer than existing ` +
            `retention period (${retentionHours} hours). Use IncreaseRetentionPeriod API.`,
        )
      }
      return { retentionHours: hours }
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html */
export const UpdateStreamMode = operation({
  input: {
    StreamARN: streamArn,
    StreamModeDetails: streamModeDetails,
    StreamId: optional(streamId),
    WarmThroughputMiBps: optional(warmMibps),
  },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const mode = input.StreamModeDetails.StreamMode
    const mibps = checkWarm(kinesis, call, { mode, mibps: input.WarmThroughputMiBps })
    await stream.configure(({ distribution }) =>
      mode === 'ON_DEMAND'
        ? { mode, distribution, ...(mibps !== undefined && { warmMibps: mibps }) }
        : { mode, distribution: 'USER_PARTITION_KEY', warmMibps: undefined },
    )
    kinesis.onDemand.follow(stream)
    if (mibps !== undefined) await warm(kinesis, stream, call, mibps)
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamRecordDistributionStrategy.html */
export const UpdateStreamRecordDistributionStrategy = operation({
  input: { StreamARN: streamArn, RecordDistributionStrategy: distributionShape, StreamId: optional(streamId) },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const distribution = input.RecordDistributionStrategy
    await streamOf(kinesis, input, call).configure(({ mode }) => {
      checkDistribution(mode, distribution)
      return { distribution }
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
export const UpdateMaxRecordSize = operation({
  input: { StreamARN: optional(streamArn), StreamId: optional(streamId), MaxRecordSizeInKiB: recordKib },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    await streamOf(kinesis, input, call).configure(() => ({ recordKibMax: input.MaxRecordSizeInKiB }))
    return {}
  },
})

/**
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
 * The key is kept and named in every answer; the bytes on this machine's disk are not encrypted with it.
 */
export const StartStreamEncryption = operation({
  input: { ...streamReference, EncryptionType: encryptionType, KeyId: keyId },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    if (input.EncryptionType !== 'KMS') {
      throw new InvalidArgumentException('StartStreamEncryption takes the EncryptionType KMS alone.')
    }
    await streamOf(kinesis, input, call).configure(() => ({ keyId: input.KeyId }))
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html */
export const StopStreamEncryption = operation({
  input: { ...streamReference, EncryptionType: encryptionType, KeyId: keyId },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    await streamOf(kinesis, input, call).configure(() => ({ keyId: undefined }))
    return {}
  },
})

const monitoringInput = { ...streamReference, ShardLevelMetrics: metricNames }
const monitoringOutput = {
  StreamName: optional(streamName),
  CurrentShardLevelMetrics: optional(metricNames),
  DesiredShardLevelMetrics: optional(metricNames),
  StreamARN: optional(streamArn),
}

const everyMetric = (metricNames.of.kind === 'string' ? (metricNames.of.values ?? []) : []).filter(
  name => name !== 'ALL',
)
const expand = (names: readonly string[]) => (names.includes('ALL') ? everyMetric : names)

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
export const EnableEnhancedMonitoring = operation({
  input: monitoringInput,
  output: monitoringOutput,
  resource: resourceOf,
  handle: (kinesis: Kinesis, input, call) =>
    changeMonitoring(streamOf(kinesis, input, call), on => [...new Set([...on, ...expand(input.ShardLevelMetrics)])]),
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html */
export const DisableEnhancedMonitoring = operation({
  input: monitoringInput,
  output: monitoringOutput,
  resource: resourceOf,
  handle: (kinesis: Kinesis, input, call) =>
    changeMonitoring(streamOf(kinesis, input, call), on => {
      const off = expand(input.ShardLevelMetrics)
      return on.filter(name => !off.includes(name))
    }),
})

async function changeMonitoring(
  stream: ReturnType<typeof streamOf>,
  change: (on: readonly string[]) => readonly string[],
) {
  let before: readonly string[] = []
  await stream.configure(({ shardMetrics }) => {
    before = shardMetrics
    return { shardMetrics: change(shardMetrics) }
  })
  return {
    StreamName: stream.name,
    CurrentShardLevelMetrics: before as readonly MetricName[],
    DesiredShardLevelMetrics: stream.settings.shardMetrics as readonly MetricName[],
    StreamARN: stream.arn,
  }
}
