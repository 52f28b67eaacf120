/**
 * What is to happen when, and that it does: the next due occurrence of every schedule, rule and trigger, one timer for
 * the earliest, and an outbox of invocations.
 *
 *   an occurrence falls due ──one commit──> its invocations lie in the outbox AND the next occurrence is written down
 *   an invocation runs      ──then────────> one commit takes it out of the outbox, or notes the next attempt
 *
 * Guarantees: every occurrence becomes its invocations exactly once, whatever dies when. An invocation is made at least
 * once, as AWS says of EventBridge: a process that dies after the call and before the second commit makes it again at
 * the next start. Occurrences that passed while the lake was down become one late invocation, for the last of them if it
 * is younger than a day (AWS's longest event age); the others are counted in the log. AWS is never down, so it has no
 * rule for them.
 */
import assert from 'node:assert/strict'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import { eventAgeSecondsMax } from './limits.ts'
import { delayBeforeAttempt, isWorthRetrying } from './retry.ts'

export type Kind = 'schedule' | 'rule' | 'trigger' | 'crawler'

/** Whose occurrence: unique within kind, account and region. */
export interface Key {
  readonly kind: Kind
  readonly account: string
  readonly region: string
  readonly name: string
}

/** A call of a declared operation, to be made on someone's behalf. */
export interface Invocation {
  readonly service: string
  readonly operation: string
  /** What the kind makes the operation's input from when the call is made. */
  readonly order: string
  readonly roleArn?: string
  /** Not before this instant (a flexible time window); at once unless given. */
  readonly notBeforeAt?: number
  readonly retriesMax: number
  readonly eventAgeSecondsMax: number
}

/** What a kind knows about its occurrences. */
export interface Occurrences {
  /** The first occurrence after an instant (exclusive). Called inside the commit that claims an occurrence. */
  next(key: Key, afterAt: number): number | undefined
  /** What to call for an occurrence; may change its own rows (a one-time schedule that deletes itself). */
  occur(
    write: Transaction,
    key: Key,
    occurrence: { readonly at: number; readonly last: boolean },
  ): readonly Invocation[]
  /** The operation's input as AWS's JSON has it (blobs in base64), for an attempt; they count from 1. */
  input(order: string, attempt: number): Readonly<Record<string, unknown>>
}

export type Invoke = (
  call: {
    readonly account: string
    readonly region: string
    /** Who calls: the service that the role must trust. */
    readonly actor: string
    /** Absent: the account itself (a Glue trigger has no role). */
    readonly roleArn?: string
  },
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<unknown>

interface DueRow {
  readonly kind: Kind
  readonly account: string
  readonly region: string
  readonly name: string
  readonly due_at: number
  readonly fired_at: number | null
}

interface InvocationRow {
  readonly id: number
  readonly kind: Kind
  readonly account: string
  readonly region: string
  readonly name: string
  readonly service: string
  readonly operation: string
  readonly call_order: string
  readonly role_arn: string | null
  readonly due_at: number
  readonly attempts: number
  readonly retries_max: number
  readonly give_up_at: number
}

const tables = `
  CREATE TABLE agenda_due (
    kind TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    due_at INTEGER NOT NULL, fired_at INTEGER,
    PRIMARY KEY (kind, account, region, name)) STRICT, WITHOUT ROWID;
  CREATE INDEX agenda_due_at ON agenda_due (due_at);
  CREATE TABLE agenda_invocation (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    service TEXT NOT NULL, operation TEXT NOT NULL, call_order TEXT NOT NULL, role_arn TEXT,
    due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, retries_max INTEGER NOT NULL, give_up_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX agenda_invocation_at ON agenda_invocation (due_at);`

const actors: Readonly<Record<Kind, string>> = {
  schedule: 'scheduler.amazonaws.com',
  rule: 'events.amazonaws.com',
  trigger: 'glue.amazonaws.com',
  crawler: 'glue.amazonaws.com',
}

interface Named {
  readonly due_at: number
  readonly kind: Kind
  readonly name: string
}

interface Next {
  readonly dueAt: number
  readonly name: string
}

/** So many of those that are due at one instant give the appointment its name. */
const namedMax = 3

/** Occurrences claimed in one commit, and calls made at a time: what is in flight stays bounded. */
const batch = 64

export class Agenda {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #background: Background
  readonly #random: Random
  readonly #log: Log
  readonly #invoke: Invoke
  readonly #occurrences = new Map<Kind, Occurrences>()
  readonly #inFlight = new Set<number>()
  #appointment: (Appointment & Next) | undefined
  #started = false

  constructor(parts: {
    readonly ledger: Ledger
    readonly clock: Clock
    readonly background: Background
    readonly random: Random
    readonly log: Log
    readonly invoke: Invoke
  }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#background = parts.background
    this.#random = parts.random
    this.#log = parts.log
    this.#invoke = parts.invoke
    this.#ledger.define('agenda', [tables])
  }

  register(kind: Kind, occurrences: Occurrences): void {
    this.#occurrences.set(kind, occurrences)
  }

  /** Takes up what the last process left: occurrences that have passed, invocations that were not settled. */
  start(): void {
    this.#started = true
    this.#arm()
  }

  close(): void {
    this.#started = false
    this.#appointment?.cancel()
    this.#appointment = undefined
  }

  /** Writes down (or crosses out) the next occurrence, inside the commit that changes the schedule. */
  plan(write: Transaction, key: Key, dueAt: number | undefined): void {
    const { kind, account, region, name } = key
    write.onDurable(() => this.#arm())
    if (dueAt === undefined) {
      write.run(
        'DELETE FROM agenda_due WHERE kind = ? AND account = ? AND region = ? AND name = ?',
        kind,
        account,
        region,
        name,
      )
      return
    }
    write.run(
      `INSERT INTO agenda_due VALUES (?, ?, ?, ?, ?, NULL)
       ON CONFLICT (kind, account, region, name) DO UPDATE SET due_at = excluded.due_at`,
      kind,
      account,
      region,
      name,
      dueAt,
    )
  }

  /** Puts calls in the outbox outside of any timetable (an on-demand trigger). */
  enqueue(write: Transaction, key: Key, invocations: readonly Invocation[]): void {
    const now = this.#clock.now()
    for (const invocation of invocations) this.#put(write, key, now, invocation)
    write.onDurable(() => this.#arm())
  }

  #arm(): void {
    if (!this.#started) return
    const next = this.#earliest()
    if (this.#appointment?.dueAt === next?.dueAt && this.#appointment?.name === next?.name) return
    this.#appointment?.cancel()
    this.#appointment = undefined
    if (next === undefined) return
    const { cancel } = this.#clock.at(next.dueAt, next.name, () => this.#wake())
    this.#appointment = { cancel, ...next }
  }

  /** When something is due first, and what: `schedule every-five-minutes`. */
  #earliest(): Next | undefined {
    const due = this.#ledger.all<Named>(
      'SELECT due_at, kind, name FROM agenda_due ORDER BY due_at, kind, name LIMIT ?',
      namedMax + 1,
    )
    const waiting = this.#waiting(Number.MAX_SAFE_INTEGER, 1)
    const [first] = [...due, ...waiting].sort((a, b) => a.due_at - b.due_at)
    if (first === undefined) return undefined
    const together = [...due, ...waiting].filter(({ due_at }) => due_at === first.due_at)
    const names = [...new Set(together.map(({ kind, name }) => `${kind} ${name}`))]
    const more = names.length > namedMax ? ' and others' : ''
    return { dueAt: first.due_at, name: names.slice(0, namedMax).join(', ') + more }
  }

  /** The outbox without what is being called right now. */
  #waiting(untilAt: number, limit: number): readonly InvocationRow[] {
    const rows = this.#ledger.all<InvocationRow>(
      'SELECT * FROM agenda_invocation WHERE due_at <= ? ORDER BY due_at, id LIMIT ?',
      untilAt,
      limit + this.#inFlight.size,
    )
    return rows.filter(row => !this.#inFlight.has(row.id)).slice(0, limit)
  }

  async #wake(): Promise<void> {
    this.#appointment = undefined
    await this.#ledger.commit(write => this.#claim(write, this.#clock.now()))
    const room = Math.max(0, batch - this.#inFlight.size)
    const rows = this.#waiting(this.#clock.now(), room)
    for (const row of rows) this.#inFlight.add(row.id)
    // The next timer runs before these calls have ended: one that hangs delays no other schedule.
    if (this.#inFlight.size < batch) this.#arm()
    await Promise.all(rows.map(row => this.#call(row)))
    this.#arm()
  }

  #claim(write: Transaction, now: number): void {
    const rows = write.all<DueRow>('SELECT * FROM agenda_due WHERE due_at <= ? ORDER BY due_at LIMIT ?', now, batch)
    for (const row of rows) {
      const occurrences = this.#kind(row.kind)
      const occurrence = this.#latest(occurrences, row, now)
      const nextAt = occurrences.next(row, now)
      // From here the occurrence is claimed: a crash before leaves it due, a crash after finds it in the outbox.
      this.plan(write, row, nextAt)
      write.run(
        'UPDATE agenda_due SET fired_at = ? WHERE kind = ? AND account = ? AND region = ? AND name = ?',
        now,
        row.kind,
        row.account,
        row.region,
        row.name,
      )
      const invocations = occurrences.occur(write, row, { at: occurrence, last: nextAt === undefined })
      if (now - occurrence > eventAgeSecondsMax * 1000) {
        this.#log.warn(`The occurrence of ${row.kind} "${row.name}" is more than a day late and is dropped.`, {
          dueAt: new Date(occurrence).toISOString(),
        })
        continue
      }
      for (const invocation of invocations) this.#put(write, row, occurrence, invocation)
    }
  }

  /** The last occurrence that has passed: with the lake up all the time, the one that is due. */
  #latest(occurrences: Occurrences, row: DueRow, now: number): number {
    let latest = row.due_at
    let missed = 0
    for (;;) {
      // Whatever is older than a day is never made up for, so it need not be walked through.
      const at = occurrences.next(row, Math.max(latest, now - eventAgeSecondsMax * 1000))
      if (at === undefined || at > now) break
      latest = at
      missed += 1
    }
    if (missed > 0) {
      this.#log.warn(
        `The ${row.kind} "${row.name}" was due ${missed + 1} times (counted over the last day) while nobody was there; it fires once.`,
        {
          lastFiredAt: row.fired_at === null ? 'never' : new Date(row.fired_at).toISOString(),
        },
      )
    }
    return latest
  }

  #kind(kind: Kind): Occurrences {
    const occurrences = this.#occurrences.get(kind)
    assert(occurrences, `the agenda knows the occurrences of every ${kind}`)
    return occurrences
  }

  #put(write: Transaction, key: Key, occurrenceAt: number, invocation: Invocation): void {
    const { service, operation, order, roleArn, notBeforeAt, retriesMax, eventAgeSecondsMax } = invocation
    write.run(
      'INSERT INTO agenda_invocation VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)',
      key.kind,
      key.account,
      key.region,
      key.name,
      service,
      operation,
      order,
      roleArn ?? null,
      Math.max(notBeforeAt ?? 0, this.#clock.now()),
      retriesMax,
      Math.max(notBeforeAt ?? 0, occurrenceAt) + eventAgeSecondsMax * 1000,
    )
  }

  async #call(row: InvocationRow): Promise<void> {
    try {
      const input = this.#kind(row.kind).input(row.call_order, row.attempts + 1)
      const { account, region, role_arn: roleArn } = row
      const call = { account, region, actor: actors[row.kind], ...(roleArn !== null && { roleArn }) }
      await this.#invoke(call, row.service, row.operation, input)
      await this.#settle(row)
    } catch (cause) {
      if (!this.#background.closing.aborted) await this.#failed(row, cause)
    } finally {
      this.#inFlight.delete(row.id)
    }
  }

  #settle(row: InvocationRow): Promise<void> {
    return this.#ledger.commit(write => void write.run('DELETE FROM agenda_invocation WHERE id = ?', row.id))
  }

  async #failed(row: InvocationRow, cause: unknown): Promise<void> {
    const attempts = row.attempts + 1
    const what = `The ${row.kind} "${row.name}" (${row.account}, ${row.region}) could not call ${row.service}:${row.operation}`
    const nextAt = this.#clock.now() + delayBeforeAttempt(attempts + 1, this.#random.fraction())
    const again = isWorthRetrying(cause) && attempts <= row.retries_max && nextAt <= row.give_up_at
    if (!again) {
      this.#log.error(`${what}; attempt ${attempts} was the last, and there is no dead-letter queue`, cause)
      return this.#settle(row)
    }
    this.#log.warn(`${what}; attempt ${attempts} failed, the next follows.`, {
      reason: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
      nextAttemptAt: new Date(nextAt).toISOString(),
    })
    await this.#ledger.commit(write => {
      write.run('UPDATE agenda_invocation SET attempts = ?, due_at = ? WHERE id = ?', attempts, nextAt, row.id)
    })
  }
}
