// For the tests of this folder: a store on a simulated disk with S3, the catalog and jobs, and an engine of a few lines
// that reads JSON lines and writes the lines of each day into a file. It can be crashed and opened again.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { EngineFault } from '../../../analyze/engine/fault.ts'
import type { ScanFile, SourceFile, TransformRequest, TransformResult } from '../../../analyze/engine/request.ts'
import { Catalog } from '../../../catalog/glue/catalog.ts'
import { Tags } from '../../../catalog/glue/tags.ts'
import { Store } from '../../../durable/store.ts'
import { S3 } from '../../../store/s3/s3.ts'
import { Background } from '../../../world/background.ts'
import { SilentLog } from '../../../world/log.ts'
import { SimulatedClock } from '../../../world/simulated/clock.ts'
import { SimulatedDisk } from '../../../world/simulated/disk.ts'
import { SeededRandom } from '../../../world/simulated/random.ts'
import type { Arguments, JobDefinition, Run } from '../job.ts'
import { Jobs } from '../jobs.ts'

export const scope = { account: '111111111111', region: 'ap-northeast-1' }
export const bucket = 'lake'
export const scriptKey = 'scripts/job.sql'
const startAt = Date.UTC(2025, 9, 15, 12)

export const definition: JobDefinition = {
  name: 'curate',
  role: 'job-role',
  command: { name: 'glueetl', scriptLocation: `s3://${bucket}/${scriptKey}` },
  defaultArguments: {
    '--SOURCE_S3': `s3://${bucket}/raw/`,
    '--TARGET_S3': `s3://${bucket}/curated/events/`,
    '--DLQ_S3': `s3://${bucket}/dead/`,
    '--job-bookmark-option': 'job-bookmark-enable',
  },
  nonOverridableArguments: {},
  maxRetries: 0,
  timeoutMinutes: 60,
  maxConcurrentRuns: 1,
  kept: {},
}

/** What the engine does before it answers; by default nothing. */
export type Interlude = (request: TransformRequest) => Promise<void> | void

export class Bench {
  readonly disk: SimulatedDisk
  interlude: Interlude = () => {}
  transforms = 0
  denied: (action: string, resource: string) => boolean = () => false
  store!: Store
  s3!: S3
  catalog!: Catalog
  jobs!: Jobs
  clock!: SimulatedClock
  background!: Background
  readonly #random: SeededRandom
  #now = startAt

  constructor(seed = 1) {
    this.disk = new SimulatedDisk({ seed })
    this.#random = new SeededRandom(seed + 1)
  }

  static async open(seed?: number): Promise<Bench> {
    const bench = new Bench(seed)
    await bench.start()
    const { s3, store } = bench
    await s3.buckets.create(bucket, { ...scope, constraint: scope.region }, { ownership: undefined, tags: undefined })
    await bench.put(scriptKey, 'UNLOAD (SELECT * FROM source)')
    await store.ledger.commit(write => bench.catalog.ensureDatabase(write, scope, 'default'))
    await bench.jobs.create(scope, definition)
    return bench
  }

  async start(): Promise<void> {
    const log = new SilentLog()
    const random = this.#random
    this.background = new Background(log)
    this.clock = new SimulatedClock({ startAt: this.#now, background: this.background })
    const { clock, background, disk } = this
    this.store = await Store.open({ disk, random, clock, directory: '/data', log })
    const { ledger, blobs } = this.store
    this.s3 = new S3({ ledger, blobs, clock, random, background })
    const tags = new Tags({ ledger })
    this.catalog = new Catalog({ ledger, clock, tags })
    this.jobs = new Jobs({
      ledger,
      blobs,
      s3: this.s3,
      catalog: this.catalog,
      projectionOf: () => undefined,
      modules: { run: () => Promise.reject(new Error('modules have tests of their own, with the real engine')) },
      engine: { warm() {}, transform: request => this.#transform(request) },
      clock,
      random,
      background,
      log,
      permits: (_role, _service, action, resource) => !this.denied(action, resource),
      tags,
    })
    await this.jobs.start()
  }

  /** The power goes out, whatever is under way; then everything is opened again. */
  async crash(): Promise<void> {
    this.#now = this.clock.now() + 1000
    this.disk.crash()
    await this.background.settled() // what was under way notices that its world is gone
    await this.start()
  }

  async put(key: string, text: string): Promise<void> {
    const blob = await this.store.blobs.write([Buffer.from(text)])
    const prepared = await this.s3.prepare(blob)
    await this.store.ledger.commit(write => this.s3.publish(write, bucket, key, prepared))
  }

  async text(key: string): Promise<string> {
    const object = this.s3.latest(bucket, key)
    assert(object, `${key} must be there`)
    const chunks: Uint8Array[] = []
    for await (const chunk of this.s3.read(object)) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  keys(prefix: string): readonly string[] {
    return this.s3.list(bucket, prefix, '', 1000).map(({ key }) => key)
  }

  /** The ids of all records under a prefix, sorted. */
  async ids(prefix: string): Promise<readonly number[]> {
    const texts = await Promise.all(this.keys(prefix).map(key => this.text(key)))
    return texts
      .flatMap(text => text.split('\n').filter(line => line !== ''))
      .map(line => (JSON.parse(line) as { id: number }).id)
      .sort((a, b) => a - b)
  }

  /** Starts a run and waits for its end. */
  async run(given: Arguments = {}): Promise<Run> {
    const id = await this.jobs.startRun(scope, { jobName: 'curate', arguments: given })
    await this.background.settled()
    return this.jobs.run(scope, 'curate', id)
  }

  async #transform(request: TransformRequest): Promise<TransformResult> {
    this.transforms++
    await this.interlude(request)
    request.signal.throwIfAborted()
    const insert = /^INSERT (INTO|OVERWRITE) (\w+) SELECT \* FROM (\w+)$/.exec(String(request.script))
    const files = request.source?.files ?? (await this.#scan(request, insert?.[3] ?? 'source'))
    const days = new Map<string, string[]>()
    const dead: string[] = []
    let records = 0
    for (const { path, file } of files)
      for (const [line, raw] of (await this.#lines(file)).entries()) {
        records++
        const record = parsed(raw)
        if (!record) dead.push(JSON.stringify({ reason: 'no JSON', object: path, line: line + 1, raw }))
        else days.set(record.day, [...(days.get(record.day) ?? []), raw])
      }
    const written = [...days].map(async ([day, lines], i) => ({
      ...(await this.#write(join(request.scratchDirectory, `part-${i}.json`), lines)),
      rows: lines.length,
      partition: [['day', day]] as const,
      columns: [],
    }))
    const letters = dead.length > 0 ? await this.#write(join(request.scratchDirectory, 'dead.json'), dead) : undefined
    const isReplaced = insert?.[1] === 'OVERWRITE'
    const target = insert && (await request.target({ database: 'default', name: insert[2] ?? '' }, isReplaced))
    return {
      target: target
        ? { kind: 'table', database: target.database, name: target.name, isReplaced }
        : { kind: 'prefix', location: request.arguments.TARGET_S3 ?? '' },
      format: 'json',
      extension: '.json',
      files: await Promise.all(written),
      columns: [],
      partitionColumns: [{ name: 'day', type: 'string' }],
      recordsIn: records,
      recordsOut: records - dead.length,
      rowsWritten: records - dead.length,
      deadLetters: { count: dead.length, ...(letters && { file: letters.file }) },
      missingDelimiter: [],
      readBytes: 0,
      planningMilliseconds: 0,
      engineMilliseconds: 1,
    }
  }

  async #scan(request: TransformRequest, name: string): Promise<readonly (SourceFile | ScanFile)[]> {
    const [table] = await request.tables([{ database: request.defaultDatabase, name }])
    if (!table) throw new EngineFault('semantic', 'no table')
    return table.files(table.partitions.map((_, i) => i))
  }

  async #lines(path: string): Promise<readonly string[]> {
    const file = await this.disk.open(path, 'read')
    const bytes = new Uint8Array(await file.size())
    await file.read(bytes, 0)
    await file.close()
    return Buffer.from(bytes)
      .toString()
      .split('\n')
      .filter(line => line !== '')
  }

  async #write(path: string, lines: readonly string[]): Promise<{ readonly file: string; readonly bytes: number }> {
    const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
    const file = await this.disk.open(path, 'create')
    await file.write(bytes, 0)
    await file.close()
    return { file: path, bytes: bytes.length }
  }
}

export const lines = (...ids: readonly number[]) =>
  ids.map(id => `${JSON.stringify({ id, day: `d${id % 3}` })}\n`).join('')

function parsed(text: string): { readonly id: number; readonly day: string } | undefined {
  try {
    return JSON.parse(text) as { id: number; day: string }
  } catch {
    return undefined
  }
}
