/**
 * How many shards a stream needs, from what its devices send: arithmetic on AWS's limits, without any stream. It counts
 * shards, records and units, and says nothing of money.
 */
import {
  bytesPerPutMax,
  bytesReadPerSecond,
  bytesWrittenPerSecond,
  consumersPerStreamMax,
  getRecordsPerSecond,
  recordKibMax,
  recordsPerPutMax,
  recordsWrittenPerSecond,
} from './limits.ts'

export interface StreamLoad {
  readonly devices: number
  /** Of a record's data. */
  readonly bytes: number
  /** How often each device sends one record. */
  readonly everySeconds: number
  /** The largest second's load as a multiple of the average's; 1 unless given. */
  readonly peak?: number
  /** Of a partition key, in UTF-8; it counts as the data does. 36, as a UUID has, unless given. */
  readonly keyBytes?: number
  /** Applications that each read all of it; 1 unless given. */
  readonly consumers?: number
  /** Consumers have their own 2 MiB/s of each shard (enhanced fan-out) instead of sharing it. */
  readonly fanOut?: boolean
}

export const shardLimits = ['records in', 'bytes in', 'bytes out'] as const
export type ShardLimit = (typeof shardLimits)[number]

export interface StreamSize {
  /** In the largest second. */
  readonly recordsPerSecond: number
  /** With the partition keys, which count. */
  readonly bytesPerSecond: number
  /** Calls of PutRecords a second, each full, if one producer sends everything. */
  readonly putRecordsPerSecond: number
  /** What each limit asks for by itself, in shards and fractions of one. */
  readonly neededFor: Readonly<Record<ShardLimit, number>>
  /** The limit that asks for the most. */
  readonly binding: ShardLimit
  /** Enough when every shard gets the same share. */
  readonly shards: number
  /**
   * Enough to have a chance of 95 % or more that no shard gets more devices than it can take, since it is a hash that
   * places them; undefined when one device is too much for a shard, or when a million shards would not do.
   */
  readonly shardsForHashing: number | undefined
  /** Enough when explicit hash keys give every shard as many devices as the others; undefined when one is too much. */
  readonly shardsForHashKeys: number | undefined
  /** One device, whose key is in one shard, however many there are. */
  readonly device: {
    /** Of what a shard can take, by the limit that it fills most: above 1 no number of shards helps. */
    readonly shareOfShard: number
    readonly binding: ShardLimit
    readonly fits: boolean
  }
  readonly reading: {
    readonly bytesPerSecond: number
    /** How often a consumer may read a shard when all poll it equally often; undefined with fan-out, which pushes. */
    readonly readsPerSecond: number | undefined
  }
  /** https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
  readonly onDemand: {
    /** A new on-demand stream takes it without having grown. */
    readonly fitsAtFirst: boolean
  }
  /** With records packed by the Kinesis Producer Library; undefined when a record fills a pack by itself. */
  readonly packed: { readonly recordsInOne: number; readonly shards: number } | undefined
  /** 30 days at the average load: https://aws.amazon.com/kinesis/data-streams/pricing/ counts these. */
  readonly thirtyDays: {
    readonly shardHours: number
    readonly records: number
    /** Each record counts once per 25 KiB begun. */
    readonly putPayloadUnits: number
    /** On-demand streams are counted by bytes, each record rounded up to whole KiB. */
    readonly onDemandBytes: number
  }
}

/** https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const onDemandAtFirst = { recordsPerSecond: 4000, bytesPerSecond: 4 * 1024 * 1024, readBytesPerSecond: 8 * 1024 * 1024 }
/** AggregationMaxSize of the library's default_config.properties: https://github.com/awslabs/amazon-kinesis-producer */
const packBytesMax = 51_200
/** Four bytes that tell a pack, and its MD5. */
const packFrameBytes = 20
const payloadUnitBytes = 25 * 1024
const averageSeconds = 30 * 24 * 3600
const shardsTriedMax = 1_000_000
const riskTaken = 0.05

/** Throws a RangeError that says what a figure must be. */
export function sizeStream(load: StreamLoad): StreamSize {
  const { devices, bytes, everySeconds, peak = 1, keyBytes = 36, consumers = 1, fanOut = false } = load
  check({ devices, bytes, everySeconds, peak, keyBytes, consumers, fanOut })
  const deviceRate = peak / everySeconds
  const recordsPerSecond = devices * deviceRate
  const recordBytes = bytes + keyBytes
  const readers = fanOut ? Math.min(consumers, 1) : consumers
  const needs = (records: number, bytesIn: number): Record<ShardLimit, number> => ({
    'records in': records / recordsWrittenPerSecond,
    'bytes in': bytesIn / bytesWrittenPerSecond,
    'bytes out': (bytesIn * readers) / bytesReadPerSecond,
  })
  const bytesPerSecond = recordsPerSecond * recordBytes
  const neededFor = needs(recordsPerSecond, bytesPerSecond)
  const binding = largest(neededFor)
  const shards = wholeShards(neededFor[binding])
  const oneDevice = needs(deviceRate, deviceRate * recordBytes)
  const shareOfShard = oneDevice[largest(oneDevice)]
  const recordsInOne = Math.floor((packBytesMax - packFrameBytes) / packedBytes(bytes, keyBytes))
  const packedNeeds = needs(
    recordsPerSecond / recordsInOne,
    recordsPerSecond * (packedBytes(bytes, keyBytes) + (packFrameBytes + keyBytes) / recordsInOne),
  )
  const records = (devices / everySeconds) * averageSeconds
  return {
    ...{ recordsPerSecond, bytesPerSecond, neededFor, binding, shards },
    putRecordsPerSecond:
      recordsPerSecond / Math.max(1, Math.min(recordsPerPutMax, Math.floor(bytesPerPutMax / recordBytes))),
    shardsForHashing: shardsForHashing({ devices, shareOfShard, atLeast: shards }),
    shardsForHashKeys: shareOfShard > 1 ? undefined : Math.max(shards, Math.ceil(devices / perShard(shareOfShard))),
    device: { shareOfShard, binding: largest(oneDevice), fits: shareOfShard <= 1 },
    reading: {
      bytesPerSecond: bytesPerSecond * consumers,
      readsPerSecond: fanOut || consumers === 0 ? undefined : getRecordsPerSecond / consumers,
    },
    onDemand: {
      fitsAtFirst:
        recordsPerSecond <= onDemandAtFirst.recordsPerSecond &&
        bytesPerSecond <= onDemandAtFirst.bytesPerSecond &&
        bytesPerSecond * readers <= onDemandAtFirst.readBytesPerSecond,
    },
    packed: recordsInOne < 2 ? undefined : { recordsInOne, shards: wholeShards(packedNeeds[largest(packedNeeds)]) },
    thirtyDays: {
      shardHours: (shards * averageSeconds) / 3600,
      records,
      putPayloadUnits: records * Math.max(1, Math.ceil(bytes / payloadUnitBytes)),
      onDemandBytes: records * Math.ceil(recordBytes / 1024) * 1024,
    },
  }
}

function largest(needs: Readonly<Record<ShardLimit, number>>): ShardLimit {
  return shardLimits.reduce<ShardLimit>((most, limit) => (needs[limit] > needs[most] ? limit : most), 'records in')
}

/** A load that is exactly a limit fits it, whatever division made of it. */
const wholeShards = (needed: number): number => Math.max(1, Math.ceil(needed * (1 - 1e-12)))

/** A user record in a pack, its key not shared: its entry in the table of keys, its frame, its index, its data. */
function packedBytes(bytes: number, keyBytes: number): number {
  const inner = 1 + 2 + 1 + lengthBytes(bytes) + bytes
  return 1 + lengthBytes(keyBytes) + keyBytes + 1 + lengthBytes(inner) + inner
}

const perShard = (shareOfShard: number): number => Math.floor((1 + 1e-12) / shareOfShard)

/** Of a length as Protocol Buffers write it. */
const lengthBytes = (length: number): number => (length < 128 ? 1 : 1 + lengthBytes(Math.floor(length / 128)))

/** The fewest shards for which Chernoff's bound, summed over all shards, leaves a risk of at most 5 %. */
function shardsForHashing({
  devices,
  shareOfShard,
  atLeast,
}: {
  readonly devices: number
  readonly shareOfShard: number
  readonly atLeast: number
}): number | undefined {
  const perShardMax = perShard(shareOfShard)
  if (perShardMax < 1) return undefined
  if (perShardMax >= devices) return atLeast
  const safe = (shards: number): boolean => {
    const mean = devices / shards
    const tooMany = (perShardMax + 1) / mean
    if (tooMany <= 1) return false
    return Math.log(shards) - mean * (tooMany * Math.log(tooMany) - tooMany + 1) <= Math.log(riskTaken)
  }
  if (!safe(shardsTriedMax)) return undefined
  let [unsafe, enough] = [atLeast - 1, shardsTriedMax]
  while (enough - unsafe > 1) {
    const middle = Math.floor((unsafe + enough) / 2)
    if (safe(middle)) enough = middle
    else unsafe = middle
  }
  return enough
}

function check(load: Required<StreamLoad>): void {
  const { devices, bytes, everySeconds, peak, keyBytes, consumers, fanOut } = load
  const whole = (name: keyof StreamLoad, value: number, from: number, to: number) => {
    if (!Number.isInteger(value) || value < from || value > to)
      throw new RangeError(
        `${name} takes a whole number from ${from.toLocaleString('en')} to ${to.toLocaleString('en')}, not ${value}.`,
      )
  }
  whole('devices', devices, 1, 1e12)
  whole('bytes', bytes, 0, recordKibMax * 1024)
  if (!(everySeconds >= 1e-6 && everySeconds <= 366 * 86_400))
    throw new RangeError(`everySeconds takes seconds, from 0.000001 to a year, not ${everySeconds}.`)
  if (!(peak >= 1 && peak <= 1e6)) throw new RangeError(`peak takes a factor of 1 or more, not ${peak}.`)
  whole('keyBytes', keyBytes, 1, 1024)
  whole('consumers', consumers, 0, 1000)
  if (fanOut && consumers > consumersPerStreamMax)
    throw new RangeError(
      `consumers: a stream has at most ${consumersPerStreamMax} consumers with fan-out, not ${consumers}. Let some read behind another stream or Firehose.`,
    )
}
