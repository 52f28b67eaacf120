// Glue's crawlers: their definitions, their crawls and the history of these. What a crawl does is in `crawl.ts`.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import type { Scope } from '../glue/table.ts'
import { parseConfiguration } from './configuration.ts'
import { crawl, placeOf } from './crawl.ts'
import { type Changes, type Crawl, type Crawler, type CrawlerDefinition, noChanges } from './crawler.ts'
import { exclusionOf } from './exclusions.ts'
import {
  crawlerExists,
  crawlerNotRunning,
  crawlerRunning,
  crawlerStopping,
  InvalidInputException,
  noSuchCrawler,
} from './faults.ts'
import { crawlsKeptMilliseconds } from './limits.ts'
import type { CatalogWriter, Objects, Permits, Timetable } from './ports.ts'
import { busyCrawlers, crawlsOf, definitionOf, findCrawler, listCrawlers } from './rows.ts'
import { crawlerTables } from './schema.ts'

interface TagKeeper {
  register(kind: string, exists: (scope: Scope, name: string) => boolean): void
  put(write: Transaction, arn: string, tags: Readonly<Record<string, string>>): void
  of(arn: string): Readonly<Record<string, string>>
  clear(write: Transaction, arn: string): void
}

export interface CrawlersParts {
  readonly ledger: Ledger
  readonly s3: Objects
  readonly catalog: CatalogWriter
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  readonly log: Log
  readonly permits: Permits
  readonly tags: TagKeeper
  readonly timetable: Timetable
}

export interface CrawlEvent extends Scope {
  readonly crawlerName: string
  readonly crawlId: string
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
  /** Of an unattended crawl that FAILED. */
  readonly failure?: { readonly message: string; readonly cause: unknown }
}

/** Why a crawl ended before it was done. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

export class Crawlers {
  readonly #parts: CrawlersParts
  readonly #underWay = new Map<number, AbortController>()
  readonly #listeners: ((event: CrawlEvent) => void)[] = []

  constructor(parts: CrawlersParts) {
    this.#parts = parts
    parts.ledger.define('glue_crawlers', crawlerTables)
    parts.tags.register('crawler', (scope, name) => this.find(scope, name) !== undefined)
  }

  /** Crawls that a killed process left under way have FAILED; they changed nothing. */
  async start(): Promise<void> {
    const why = 'The lake ended while the crawl was under way. It changed nothing; start it again.'
    for (const crawler of busyCrawlers(this.#parts.ledger)) {
      await this.#parts.ledger.commit(write => this.#end(write, crawler.id, 'FAILED', 0, noChanges, why))
      if (crawler.lastCrawl) this.#tellFailed(crawler, crawler.lastCrawl, why, new Error(why))
    }
  }

  async create(
    scope: Scope,
    definition: CrawlerDefinition,
    { tags = {}, schedule = '' }: { readonly tags?: Readonly<Record<string, string>>; readonly schedule?: string } = {},
  ): Promise<void> {
    check(definition)
    const now = this.#parts.clock.now()
    await this.#parts.ledger.commit(write => {
      const added = write.run(
        `INSERT INTO glue_crawler (account, region, name, definition, state, version, created_at, updated_at)
         VALUES (?, ?, ?, ?, 'READY', 1, ?, ?) ON CONFLICT DO NOTHING`,
        scope.account,
        scope.region,
        definition.name,
        JSON.stringify(definition),
        now,
        now,
      )
      if (added === 0) throw crawlerExists(definition.name)
      this.#parts.tags.put(write, arnOf(scope, definition.name), tags)
      if (schedule !== '') this.#parts.timetable.set(write, scope, definition.name, schedule)
    })
  }

  /** What is undefined stays as it is; an empty schedule is none. */
  async update(scope: Scope, name: string, change: Partial<CrawlerDefinition>, schedule?: string): Promise<void> {
    await this.#parts.ledger.commit(write => {
      const crawler = this.#get(scope, name)
      if (crawler.state !== 'READY') throw crawlerRunning(name)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const definition = { ...definitionOf(crawler), ...given, name }
      check(definition)
      write.run(
        'UPDATE glue_crawler SET definition = ?, version = version + 1, updated_at = ? WHERE id = ?',
        JSON.stringify(definition),
        this.#parts.clock.now(),
        crawler.id,
      )
      if (schedule !== undefined) this.#parts.timetable.set(write, scope, name, schedule)
    })
  }

  async delete(scope: Scope, name: string): Promise<void> {
    await this.#parts.ledger.commit(write => {
      const crawler = this.#get(scope, name)
      if (crawler.state !== 'READY') throw crawlerRunning(name)
      write.run('DELETE FROM glue_crawl WHERE crawler = ?', crawler.id)
      write.run('DELETE FROM glue_crawler WHERE id = ?', crawler.id)
      this.#parts.tags.clear(write, arnOf(scope, name))
      this.#parts.timetable.set(write, scope, name, '')
    })
  }

  find(scope: Scope, name: string): Crawler | undefined {
    return findCrawler(this.#parts.ledger, scope, name)
  }

  /** In order of name, after `after`. */
  list(scope: Scope, after: string, limit: number): readonly Crawler[] {
    return listCrawlers(this.#parts.ledger, scope, after, limit)
  }

  tags(scope: Scope, name: string): Readonly<Record<string, string>> {
    return this.#parts.tags.of(arnOf(scope, name))
  }

  scheduleOf(scope: Scope, name: string): ReturnType<Timetable['of']> {
    return this.#parts.timetable.of(scope, name)
  }

  /** An empty expression takes the schedule away. */
  setSchedule(scope: Scope, name: string, expression: string): Promise<void> {
    return this.#reschedule(scope, name, write => this.#parts.timetable.set(write, scope, name, expression))
  }

  startSchedule(scope: Scope, name: string): Promise<void> {
    return this.#reschedule(scope, name, write => this.#parts.timetable.resume(write, scope, name))
  }

  stopSchedule(scope: Scope, name: string): Promise<void> {
    return this.#reschedule(scope, name, write => this.#parts.timetable.pause(write, scope, name))
  }

  /** Newest first. */
  crawls(scope: Scope, name: string, limit = 1000): readonly Crawl[] {
    return crawlsOf(this.#parts.ledger, this.#get(scope, name).id, limit)
  }

  /** Resolves when the crawl is recorded as RUNNING; it goes on in the background. */
  async startCrawl(scope: Scope, name: string, { isUnattended = false } = {}): Promise<void> {
    const { ledger, clock, random, background } = this.#parts
    const begun = { id: random.uuid(), isUnattended }
    const crawler = await ledger.commit(write => {
      const found = this.#get(scope, name)
      if (found.state !== 'READY') throw crawlerRunning(name)
      write.run("UPDATE glue_crawler SET state = 'RUNNING' WHERE id = ?", found.id)
      write.run(
        `INSERT INTO glue_crawl (id, crawler, state, started_at, milliseconds, changes, is_unattended)
         VALUES (?, ?, 'RUNNING', ?, 0, ?, ?)`,
        begun.id,
        found.id,
        clock.now(),
        JSON.stringify(noChanges),
        isUnattended ? 1 : 0,
      )
      const oldest = clock.now() - crawlsKeptMilliseconds
      write.run('DELETE FROM glue_crawl WHERE crawler = ? AND ended_at < ?', found.id, oldest)
      return found
    })
    const controller = new AbortController()
    this.#underWay.set(crawler.id, controller)
    this.#tell(crawler, begun.id, 'RUNNING')
    background.run(`crawl of ${name}`, () =>
      this.#perform(crawler, begun, controller.signal).finally(() => this.#underWay.delete(crawler.id)),
    )
  }

  async stopCrawl(scope: Scope, name: string): Promise<void> {
    const id = await this.#parts.ledger.commit(write => {
      const crawler = this.#get(scope, name)
      if (crawler.state === 'READY') throw crawlerNotRunning(name)
      if (crawler.state === 'STOPPING') throw crawlerStopping(name)
      write.run("UPDATE glue_crawler SET state = 'STOPPING' WHERE id = ?", crawler.id)
      return crawler.id
    })
    this.#underWay.get(id)?.abort(new Stopped('The crawl was stopped.'))
  }

  /** Called after every change of a crawl's state that has become durable. */
  onState(listener: (event: CrawlEvent) => void): void {
    this.#listeners.push(listener)
  }

  #reschedule(scope: Scope, name: string, change: (write: Transaction) => void): Promise<void> {
    return this.#parts.ledger.commit(write => {
      this.#get(scope, name)
      change(write)
    })
  }

  async #perform(crawler: Crawler, begun: Begun, stop: AbortSignal): Promise<void> {
    const { clock, background, ledger, log } = this.#parts
    const begunAt = clock.elapsed()
    try {
      await crawl(this.#parts, {
        scope: crawler,
        crawler,
        now: clock.now(),
        signal: AbortSignal.any([stop, background.closing]),
        end: (write, changes) => this.#end(write, crawler.id, 'COMPLETED', clock.elapsed() - begunAt, changes),
      })
      this.#tell(crawler, begun.id, 'SUCCEEDED')
    } catch (cause) {
      // A lake that closes leaves the record as it is: the next start says what became of the crawl.
      if (background.closing.aborted) return
      const stopped = cause instanceof Stopped
      if (!stopped && !(cause instanceof Fault)) log.error(`the crawl of ${crawler.name} failed`, cause)
      const message =
        cause instanceof Fault ? `${cause.code}: ${cause.message}` : `Internal failure: ${(cause as Error).message}`
      await ledger.commit(write =>
        this.#end(
          write,
          crawler.id,
          stopped ? 'STOPPED' : 'FAILED',
          clock.elapsed() - begunAt,
          noChanges,
          stopped ? undefined : message,
        ),
      )
      if (stopped) this.#tell(crawler, begun.id, 'CANCELLED')
      else this.#tellFailed(crawler, begun, message, cause)
    }
  }

  #end(
    write: Transaction,
    id: number,
    state: Crawl['state'],
    milliseconds: number,
    changes: Changes,
    error?: string,
  ): void {
    write.run(
      "UPDATE glue_crawl SET state = ?, ended_at = ?, milliseconds = ?, error = ?, changes = ? WHERE crawler = ? AND state = 'RUNNING'",
      state,
      this.#parts.clock.now(),
      Math.round(milliseconds),
      error ?? null,
      JSON.stringify(changes),
      id,
    )
    write.run("UPDATE glue_crawler SET state = 'READY' WHERE id = ?", id)
  }

  #get(scope: Scope, name: string): Crawler {
    const crawler = this.find(scope, name)
    if (!crawler) throw noSuchCrawler(name)
    return crawler
  }

  #tellFailed(crawler: Crawler, { id, isUnattended }: Begun, message: string, cause: unknown): void {
    this.#tell(crawler, id, 'FAILED', isUnattended ? { message, cause } : undefined)
  }

  #tell(
    { account, region, name }: Crawler,
    crawlId: string,
    state: CrawlEvent['state'],
    failure?: CrawlEvent['failure'],
  ): void {
    for (const listener of this.#listeners)
      listener({ account, region, crawlerName: name, crawlId, state, ...(failure && { failure }) })
  }
}

type Begun = Pick<Crawl, 'id' | 'isUnattended'>

const arnOf = (scope: Scope, name: string) => `arn:aws:glue:${scope.region}:${scope.account}:crawler/${name}`

function check({ targets, configuration, database }: CrawlerDefinition): void {
  if (targets.length === 0)
    throw new InvalidInputException('Targets must name at least one S3 target; other kinds are not supported.')
  if (database === '')
    throw new InvalidInputException('DatabaseName must be given: the database that the tables go to.')
  for (const target of targets) {
    placeOf(target)
    exclusionOf(target.exclusions)
    if (target.sampleSize !== undefined && (target.sampleSize < 1 || target.sampleSize > 249))
      throw new InvalidInputException(`SampleSize must be between 1 and 249: ${target.sampleSize}`)
  }
  parseConfiguration(configuration)
}
