// For the tests of this folder: a store on a simulated disk with S3, the catalog and crawlers.
import { Store } from '../../../durable/store.ts'
import { S3 } from '../../../store/s3/s3.ts'
import { Background } from '../../../world/background.ts'
import { SilentLog } from '../../../world/log.ts'
import { SimulatedClock } from '../../../world/simulated/clock.ts'
import { SimulatedDisk } from '../../../world/simulated/disk.ts'
import { SeededRandom } from '../../../world/simulated/random.ts'
import { Catalog } from '../../glue/catalog.ts'
import type { CatalogTable } from '../../glue/table.ts'
import { Tags } from '../../glue/tags.ts'
import type { Crawl, CrawlerDefinition } from '../crawler.ts'
import { type CrawlEvent, Crawlers } from '../crawlers.ts'

export const scope = { account: '111111111111', region: 'ap-northeast-1' }
export const bucket = 'analytics'

export const definition: CrawlerDefinition = {
  name: 'finder',
  role: 'crawler-role',
  database: 'lake',
  targets: [{ path: `s3://${bucket}/curated/`, exclusions: [] }],
  tablePrefix: '',
  updateBehavior: 'UPDATE_IN_DATABASE',
  deleteBehavior: 'DEPRECATE_IN_DATABASE',
  recrawlBehavior: 'CRAWL_EVERYTHING',
}

export class Bench {
  readonly disk = new SimulatedDisk()
  /** Since the last start, which tells too. */
  readonly told: CrawlEvent[] = []
  denied: (action: string, resource: string) => boolean = () => false
  store!: Store
  s3!: S3
  catalog!: Catalog
  crawlers!: Crawlers
  background!: Background
  clock!: SimulatedClock
  readonly #random = new SeededRandom(7)

  static async open(): Promise<Bench> {
    const bench = new Bench()
    await bench.start()
    await bench.s3.buckets.create(
      bucket,
      { ...scope, constraint: scope.region },
      { ownership: undefined, tags: undefined },
    )
    await bench.crawlers.create(scope, definition)
    return bench
  }

  async start(): Promise<void> {
    const log = new SilentLog()
    const random = this.#random
    this.background = new Background(log)
    this.clock = new SimulatedClock({ startAt: Date.UTC(2025, 9, 15), background: this.background })
    const { clock, background, disk } = this
    this.store = await Store.open({ disk, random, clock, directory: '/data', log })
    const { ledger, blobs } = this.store
    this.s3 = new S3({ ledger, blobs, clock, random, background })
    const tags = new Tags({ ledger })
    this.catalog = new Catalog({ ledger, clock, tags })
    this.crawlers = new Crawlers({
      ledger,
      s3: this.s3,
      catalog: this.catalog,
      clock,
      random,
      background,
      log,
      permits: (_role, _service, action, resource) => !this.denied(action, resource),
      tags,
      timetable: { of: () => undefined, set() {}, resume() {}, pause() {} },
    })
    this.told.length = 0
    this.crawlers.onState(event => this.told.push(event))
    await this.crawlers.start()
  }

  async put(key: string, content: string | Uint8Array): Promise<void> {
    const prepared = await this.s3.prepare(await this.store.blobs.write([Buffer.from(content)]))
    await this.store.ledger.commit(write => this.s3.publish(write, bucket, key, prepared))
  }

  async remove(key: string): Promise<void> {
    await this.store.ledger.commit(write => this.s3.remove(write, bucket, key))
  }

  async crawl(change: Partial<CrawlerDefinition> = {}): Promise<Crawl | undefined> {
    await this.crawlers.update(scope, 'finder', change)
    await this.crawlers.startCrawl(scope, 'finder')
    await this.background.settled()
    return this.crawlers.find(scope, 'finder')?.lastCrawl
  }

  tables(): Readonly<Record<string, CatalogTable>> {
    return Object.fromEntries(this.catalog.tables(scope, 'lake').map(table => [table.name, table]))
  }

  partitions(table: string): readonly string[] {
    return [...this.catalog.partitions(scope, 'lake', table)].map(({ values }) => values.join('/'))
  }
}

export const columnsOf = (table: CatalogTable | undefined) =>
  table?.columns.map(({ name, type }) => `${name} ${type}`).join(', ')
export const keysOf = (table: CatalogTable | undefined) =>
  table?.partitionKeys.map(({ name, type }) => `${name} ${type}`).join(', ')
