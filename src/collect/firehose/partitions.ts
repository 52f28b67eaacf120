// Which partition a record belongs to: the values of the keys that the prefix names.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
import type { FlowRecord, RecordFailure } from './flow.ts'
import { activePartitionsMax, prefixCharactersMax } from './limits.ts'
import { type PartitionKeys, partitionKeysOf } from './prefix.ts'
import { extractionFailed } from './steps/metadata.ts'

export interface Partition {
  readonly id: string
  readonly keys: PartitionKeys
}

export class Partitions {
  readonly #names: ReturnType<typeof partitionKeysOf>
  readonly #prefixOf: (keys: PartitionKeys) => string
  readonly #known = new Map<string, Partition>()
  /** More were met than may be active. */
  exceeded = false

  /** `prefixOf` is how an object's key would begin. */
  constructor(prefix: string, prefixOf: (keys: PartitionKeys) => string) {
    this.#names = partitionKeysOf(prefix)
    this.#prefixOf = prefixOf
  }

  get active(): number {
    return this.#known.size
  }

  of({ keys }: FlowRecord): Partition | RecordFailure {
    const values = [
      ...this.#names.query.map(name => keys.query[name]),
      ...this.#names.lambda.map(name => keys.lambda[name]),
    ]
    if (values.some(value => !value)) return extractionFailed('partitionKeys values must not be null or empty')
    const id = values.length === 1 ? (values[0] as string) : JSON.stringify(values)
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const prefix = this.#prefixOf(keys)
    if (prefix.length > prefixCharactersMax || Buffer.byteLength(prefix) > prefixBytesMax) return tooLong
    if (this.#known.size >= activePartitionsMax) {
      this.exceeded = true
      return limitExceeded
    }
    const partition = { id, keys }
    this.#known.set(id, partition)
    return partition
  }
}

/** What S3 leaves for it, beside the longest name of an object. */
const prefixBytesMax = 1024 - 256

const tooLong = extractionFailed(`Length of evaluated prefix cannot be greater than ${prefixCharactersMax}`)

const limitExceeded: RecordFailure = {
  type: 'active-partitions-limit-exceeded',
  code: 'DynamicPartitioning.ActivePartitionsLimitExceeded',
  message: `The delivery stream has reached its limit of ${activePartitionsMax} active partitions.`,
  attempts: 1,
}
