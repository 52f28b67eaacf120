// Crawlers and crawls in the ledger: what their rows say, and how they are found.
import type { Transaction } from '../../durable/ledger.ts'
import type { Scope } from '../glue/table.ts'
import type { Changes, Crawl, Crawler, CrawlerDefinition, CrawlerState } from './crawler.ts'

type Reader = Pick<Transaction, 'get' | 'all'>

interface CrawlerRow {
  readonly id: number
  readonly account: string
  readonly region: string
  readonly definition: string
  readonly state: CrawlerState
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}
interface CrawlRow {
  readonly number: number
  readonly id: string
  readonly state: Crawl['state']
  readonly started_at: number
  readonly ended_at: number | null
  readonly milliseconds: number
  readonly error: string | null
  readonly changes: string
  readonly is_unattended: number
}

export function findCrawler(reader: Reader, scope: Scope, name: string): Crawler | undefined {
  const sql = 'SELECT * FROM glue_crawler WHERE account = ? AND region = ? AND name = ?'
  const row = reader.get<CrawlerRow>(sql, scope.account, scope.region, name)
  return row && crawlerOf(reader, row)
}

/** In order of name, after `after`. */
export function listCrawlers(reader: Reader, scope: Scope, after: string, limit: number): readonly Crawler[] {
  const sql = 'SELECT * FROM glue_crawler WHERE account = ? AND region = ? AND name > ? ORDER BY name LIMIT ?'
  return reader.all<CrawlerRow>(sql, scope.account, scope.region, after, limit).map(row => crawlerOf(reader, row))
}

/** Of all accounts. */
export function busyCrawlers(reader: Reader): readonly Crawler[] {
  return reader.all<CrawlerRow>("SELECT * FROM glue_crawler WHERE state <> 'READY'").map(row => crawlerOf(reader, row))
}

/** Newest first. */
export function crawlsOf(reader: Reader, crawler: number, limit: number): readonly Crawl[] {
  const sql = 'SELECT * FROM glue_crawl WHERE crawler = ? ORDER BY number DESC LIMIT ?'
  return reader.all<CrawlRow>(sql, crawler, limit).map(crawlOf)
}

export function definitionOf(crawler: Crawler): CrawlerDefinition {
  const { id, account, region, state, version, createdAt, updatedAt, lastCrawl, ...definition } = crawler
  return definition
}

function crawlerOf(reader: Reader, row: CrawlerRow): Crawler {
  return {
    ...(JSON.parse(row.definition) as CrawlerDefinition),
    id: row.id,
    account: row.account,
    region: row.region,
    state: row.state,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastCrawl: crawlsOf(reader, row.id, 1)[0],
  }
}

function crawlOf(row: CrawlRow): Crawl {
  return {
    id: row.id,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    milliseconds: row.milliseconds,
    errorMessage: row.error ?? undefined,
    changes: JSON.parse(row.changes) as Changes,
    isUnattended: row.is_unattended === 1,
  }
}
