/** When Glue's crawlers begin by themselves. What a crawler is, catalog/crawlers knows; it writes here within its own commits. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Agenda, Invocation, Key, Occurrences } from './agenda.ts'
import { nextAfter } from './expression.ts'
import { crawlerScheduleNotRunning, crawlerScheduleRunning, noCrawlerSchedule } from './faults.ts'
import { glueCron } from './glue-cron.ts'
import { eventAgeSecondsMax } from './limits.ts'
import type { Scope } from './scope.ts'

export interface CrawlerSchedule {
  readonly expression: string
  readonly state: 'SCHEDULED' | 'NOT_SCHEDULED'
}

const tables = `
  CREATE TABLE crawler_schedule (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, expression TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;`

const where = 'account = ? AND region = ? AND name = ?'

export class CrawlerSchedules implements Occurrences {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #agenda: Agenda

  constructor(parts: { readonly ledger: Ledger; readonly clock: Clock; readonly agenda: Agenda }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#agenda = parts.agenda
    this.#ledger.define('crawler_schedules', [tables])
    this.#agenda.register('crawler', this)
  }

  of({ account, region }: Scope, name: string): CrawlerSchedule | undefined {
    const select = `SELECT expression, state FROM crawler_schedule WHERE ${where}`
    return this.#ledger.get<{ expression: string; state: CrawlerSchedule['state'] }>(select, account, region, name)
  }

  /** From now on by this cron; an empty one takes the schedule away. Throws InvalidInputException. */
  set(write: Transaction, scope: Scope, name: string, expression: string): void {
    if (expression === '') {
      write.run(`DELETE FROM crawler_schedule WHERE ${where}`, scope.account, scope.region, name)
      this.#agenda.plan(write, keyOf(scope, name), undefined)
    } else this.#put(write, scope, name, { expression, state: 'SCHEDULED' })
  }

  resume(write: Transaction, scope: Scope, name: string): void {
    const found = this.of(scope, name)
    if (!found) throw noCrawlerSchedule(name)
    if (found.state === 'SCHEDULED') throw crawlerScheduleRunning(name)
    this.#put(write, scope, name, { ...found, state: 'SCHEDULED' })
  }

  /** A crawl that is under way goes on. */
  pause(write: Transaction, scope: Scope, name: string): void {
    const found = this.of(scope, name)
    if (found?.state !== 'SCHEDULED') throw crawlerScheduleNotRunning(name)
    this.#put(write, scope, name, { ...found, state: 'NOT_SCHEDULED' })
  }

  next(key: Key, afterAt: number): number | undefined {
    const found = this.of(key, key.name)
    return found?.state === 'SCHEDULED' ? nextOf(found.expression, afterAt) : undefined
  }

  /** An occurrence that finds the crawler busy is left out, as in AWS: the next one comes. */
  occur(_write: Transaction, { name }: Key): readonly Invocation[] {
    const order = JSON.stringify({ Name: name })
    return [{ service: 'glue', operation: 'StartCrawler', order, retriesMax: 0, eventAgeSecondsMax }]
  }

  input(order: string): Readonly<Record<string, unknown>> {
    return JSON.parse(order)
  }

  #put(write: Transaction, scope: Scope, name: string, { expression, state }: CrawlerSchedule): void {
    const nextAt = nextOf(expression, this.#clock.now())
    const { account, region } = scope
    const put = 'INSERT OR REPLACE INTO crawler_schedule VALUES (?, ?, ?, ?, ?)'
    write.run(put, account, region, name, expression, state)
    this.#agenda.plan(write, keyOf(scope, name), state === 'SCHEDULED' ? nextAt : undefined)
  }
}

const keyOf = ({ account, region }: Scope, name: string): Key => ({ kind: 'crawler', account, region, name })

const nextOf = (expression: string, afterAt: number) =>
  nextAfter(glueCron(expression, 'A crawler'), afterAt, { timeZone: 'UTC', anchorAt: afterAt })
