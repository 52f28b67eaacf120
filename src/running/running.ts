/**
 * A defined lake that runs: laid out as the definition says, on a clock that a test moves, with a typed handle for each part.
 *
 *     await using app = await running(temperature, { start: '2025-10-15T00:00:00+09:00' })
 *     await app.stream(readings).put({ device_id: 'sensor-3', temperature: 21.4, timestamp: new Date() })
 *     await app.clock.advance({ minutes: 6 })
 *     const rows = await app.table(telemetry).rows()
 */
import type { Columns } from '../define/column.ts'
import { type AnyPart, databaseOf, type LakeDefinition } from '../define/lake.ts'
import { told } from '../define/mistake.ts'
import type { Bucket } from '../define/parts/bucket.ts'
import type { Crawler } from '../define/parts/crawler.ts'
import type { Delivery } from '../define/parts/delivery.ts'
import type { Job } from '../define/parts/job.ts'
import type { Stream } from '../define/parts/stream.ts'
import type { Table } from '../define/parts/table.ts'
import type { LakeClock } from '../in-process/clock.ts'
import type { Aws } from '../in-process/door.ts'
import type { Lake } from '../in-process/lake.ts'
import type { LakeOptions } from '../in-process/options.ts'
import type { QueryOptions, QueryResult, Rows } from '../in-process/query.ts'
import { openLake } from '../lake.ts'
import { LakeMistake, shown } from '../world/mistake.ts'
import { RunningBucket } from './buckets.ts'
import { RunningCrawler, RunningJob } from './runs.ts'
import { RunningDelivery, RunningStream } from './streams.ts'
import { RunningTable } from './tables.ts'

/** As `openLake` takes them; a temporary directory and a simulated clock unless given. The region is the definition's. */
export type RunningOptions = Partial<Omit<LakeOptions, 'region'>>

export async function running(definition: LakeDefinition, options: RunningOptions = {}): Promise<Running> {
  if (definition?.kind !== 'lake')
    throw new LakeMistake("running takes what lake(…) of 'biwa/define' gives: the default export of a lake.ts.")
  if (typeof options !== 'object' || options === null)
    throw new LakeMistake(`running takes an object with the options of openLake, not ${shown(options)}.`)
  if ('region' in options)
    throw new LakeMistake(`running takes no region: it is the definition's, ${definition.region}.`)
  const { directory = 'temporary', clock = 'simulated' } = options
  const lake = await openLake({ ...options, directory, clock, region: definition.region })
  try {
    await lake.apply(definition)
  } catch (cause) {
    await lake.close()
    throw cause
  }
  return new Running(lake, definition)
}

export class Running {
  /** The lake itself: `aws`, `client()`, `listen()`, `faults`, `transcript()` and the rest. */
  readonly lake: Lake
  readonly #definition: LakeDefinition

  constructor(lake: Lake, definition: LakeDefinition) {
    this.lake = lake
    this.#definition = definition
  }

  get clock(): LakeClock {
    return this.lake.clock
  }

  get aws(): Aws {
    return this.lake.aws
  }

  stream<C extends Columns>(part: Stream<C>): RunningStream<C> {
    this.#demand('stream', part)
    return new RunningStream(this.aws, part)
  }

  delivery<C extends Columns>(part: Delivery<C>): RunningDelivery<C> {
    this.#demand('delivery', part)
    return new RunningDelivery(this.aws, part)
  }

  table<C extends Columns, P>(part: Table<C, P>): RunningTable<C, P> {
    this.#demand('table', part)
    return new RunningTable(this.lake, part, part.database ?? databaseOf(this.#definition))
  }

  job<C extends Columns>(part: Job<C>): RunningJob {
    this.#demand('job', part)
    return new RunningJob(this.lake, part)
  }

  crawler(part: Crawler): RunningCrawler {
    this.#demand('crawler', part)
    return new RunningCrawler(this.lake, part)
  }

  bucket(part: Bucket): RunningBucket {
    this.#demand('bucket', part)
    return new RunningBucket(this.aws, part)
  }

  /** A statement in the lake's own database. */
  query<Row = Rows>(sql: string, options: QueryOptions = {}): Promise<QueryResult<Row>> {
    return this.lake.query<Row>(sql, { database: databaseOf(this.#definition), ...options })
  }

  close(): Promise<void> {
    return this.lake.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #demand(kind: AnyPart['kind'], part: AnyPart): void {
    const { name, parts } = this.#definition
    if ((part as AnyPart | undefined)?.kind !== kind)
      throw new LakeMistake(`app.${kind}(…) takes a ${kind} of the definition, not ${told(part)}.`)
    if (parts.some(one => one === part || (one.kind === part.kind && one.name === part.name))) return
    throw new LakeMistake(
      `The lake ${name} has no ${part.kind} ${part.name}. Put it, or a part that stands on it, among the parts of lake('${name}', …).`,
    )
  }
}
