/**
 * EventBridge Scheduler: schedules in groups, each with one target that a role calls when an occurrence falls due.
 * What is due when, and that it is called, is the agenda's business.
 */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import type { Agenda, Invocation, Key, Occurrences } from './agenda.ts'
import { type Expression, isTimeZone, nextAfter, parseExpression } from './expression.ts'
import {
  groupExists,
  invalidScheduleExpression,
  invalidTimeZone,
  noSuchGroup,
  noSuchSchedule,
  scheduleExists,
  ValidationException,
} from './faults.ts'
import { startDateAgeSecondsMax } from './limits.ts'
import { checkTarget, inputOf, type ScheduleTarget, targetCall } from './schedule-target.ts'
import type { Scope } from './scope.ts'
import { Tags } from './tags.ts'

export interface ScheduleDefinition {
  readonly expression: string
  readonly timeZone: string
  readonly startAt?: number
  readonly endAt?: number
  readonly enabled: boolean
  readonly description?: string
  /** Absent: no flexible window. */
  readonly windowMinutes?: number
  readonly deletedAfterCompletion: boolean
  readonly target: ScheduleTarget
}

export interface Schedule extends ScheduleDefinition {
  readonly arn: string
  readonly group: string
  readonly name: string
  readonly createdAt: number
  readonly modifiedAt: number
}

/** The group that every account has has no dates: nobody created it. */
export interface Group {
  readonly arn: string
  readonly name: string
  readonly createdAt?: number
  readonly modifiedAt?: number
}

interface ScheduleRow {
  readonly group_name: string
  readonly name: string
  readonly definition: string
  readonly created_at: number
  readonly modified_at: number
  readonly token: string | null
}

const tables = `
  CREATE TABLE schedules_group (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, token TEXT,
    PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;
  CREATE TABLE schedules_schedule (
    account TEXT NOT NULL, region TEXT NOT NULL, group_name TEXT NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL, token TEXT,
    PRIMARY KEY (account, region, group_name, name)) STRICT, WITHOUT ROWID;`

const where = 'account = ? AND region = ? AND group_name = ? AND name = ?'

export class Scheduler implements Occurrences {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #random: Random
  readonly #agenda: Agenda
  readonly #supports: (service: string, operation: string) => boolean
  readonly tags: Tags

  constructor(parts: {
    readonly ledger: Ledger
    readonly clock: Clock
    readonly random: Random
    readonly agenda: Agenda
    readonly supports: (service: string, operation: string) => boolean
  }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#random = parts.random
    this.#agenda = parts.agenda
    this.#supports = parts.supports
    this.#ledger.define('schedules', [tables])
    this.tags = new Tags(this.#ledger, 'schedules')
    this.#agenda.register('schedule', this)
  }

  createSchedule(
    scope: Scope,
    id: { readonly group: string; readonly name: string; readonly token?: string },
    definition: ScheduleDefinition,
  ): Promise<string> {
    const now = this.#clock.now()
    this.#check(definition, now)
    return this.#ledger.commit(write => {
      this.group(scope, id.group)
      const found = this.#row(scope, id.group, id.name)
      if (found) {
        // The same request once more, not a second schedule.
        if (id.token !== undefined && found.token === id.token) return scheduleArn(scope, id.group, id.name)
        throw scheduleExists(id.name)
      }
      write.run(
        'INSERT INTO schedules_schedule VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        scope.account,
        scope.region,
        id.group,
        id.name,
        JSON.stringify(definition),
        now,
        now,
        id.token ?? null,
      )
      this.#plan(write, scope, id, definition, now)
      return scheduleArn(scope, id.group, id.name)
    })
  }

  updateSchedule(
    scope: Scope,
    id: { readonly group: string; readonly name: string },
    definition: ScheduleDefinition,
  ): Promise<string> {
    const now = this.#clock.now()
    const { account, region } = scope
    return this.#ledger.commit(write => {
      const found = this.schedule(scope, id.group, id.name)
      // A start date that has passed since is no reason to refuse a change of something else.
      this.#check(definition, definition.startAt === found.startAt ? Number.NEGATIVE_INFINITY : now)
      write.run(
        `UPDATE schedules_schedule SET definition = ?, modified_at = ? WHERE ${where}`,
        JSON.stringify(definition),
        now,
        account,
        region,
        id.group,
        id.name,
      )
      this.#plan(write, scope, id, definition, now)
      return found.arn
    })
  }

  deleteSchedule(scope: Scope, group: string, name: string): Promise<void> {
    return this.#ledger.commit(write => {
      this.schedule(scope, group, name)
      this.#remove(write, scope, group, name)
    })
  }

  schedule(scope: Scope, group: string, name: string): Schedule {
    const row = this.#row(scope, group, name)
    if (!row) throw noSuchSchedule(name)
    return fromRow(scope, row)
  }

  /** By group and name, from behind `after` on. */
  schedules(
    scope: Scope,
    filter: { readonly group?: string; readonly prefix?: string; readonly enabled?: boolean; readonly after: string },
    limit: number,
  ): readonly Schedule[] {
    if (filter.group !== undefined) this.group(scope, filter.group)
    const [group = '', name = ''] = filter.after.split('/')
    const found: Schedule[] = []
    const rows = this.#ledger.iterate<ScheduleRow>(
      `SELECT * FROM schedules_schedule WHERE account = ? AND region = ? AND (group_name, name) > (?, ?)
       ORDER BY group_name, name`,
      scope.account,
      scope.region,
      group,
      name,
    )
    for (const row of rows) {
      const schedule = fromRow(scope, row)
      if (filter.group !== undefined && schedule.group !== filter.group) continue
      if (filter.prefix !== undefined && !schedule.name.startsWith(filter.prefix)) continue
      if (filter.enabled !== undefined && schedule.enabled !== filter.enabled) continue
      found.push(schedule)
      if (found.length === limit) break
    }
    return found
  }

  createGroup(scope: Scope, name: string, tags: Readonly<Record<string, string>>, token?: string): Promise<string> {
    return this.#ledger.commit(write => {
      const { account, region } = scope
      const arn = groupArn(scope, name)
      const found = this.#ledger.get<{ token: string | null }>(
        'SELECT token FROM schedules_group WHERE account = ? AND region = ? AND name = ?',
        account,
        region,
        name,
      )
      if (found && token !== undefined && found.token === token) return arn
      if (found || name === 'default') throw groupExists(name)
      write.run(
        'INSERT INTO schedules_group VALUES (?, ?, ?, ?, ?)',
        account,
        region,
        name,
        this.#clock.now(),
        token ?? null,
      )
      this.tags.put(write, arn, tags)
      return arn
    })
  }

  group(scope: Scope, name: string): Group {
    const row = this.#ledger.get<{ created_at: number }>(
      'SELECT created_at FROM schedules_group WHERE account = ? AND region = ? AND name = ?',
      scope.account,
      scope.region,
      name,
    )
    if (!row && name !== 'default') throw noSuchGroup(name)
    const arn = groupArn(scope, name)
    return row ? { arn, name, createdAt: row.created_at, modifiedAt: row.created_at } : { arn, name }
  }

  groups(scope: Scope, prefix: string, after: string, limit: number): readonly Group[] {
    const rows = this.#ledger.all<{ name: string }>(
      `SELECT name FROM (SELECT 'default' AS name UNION ALL SELECT name FROM schedules_group WHERE account = ? AND region = ?)
       WHERE name > ? AND substr(name, 1, length(?)) = ? ORDER BY name LIMIT ?`,
      scope.account,
      scope.region,
      after,
      prefix,
      prefix,
      limit,
    )
    return rows.map(row => this.group(scope, row.name))
  }

  /** With all its schedules, as AWS does. */
  deleteGroup(scope: Scope, name: string): Promise<void> {
    if (name === 'default') throw new ValidationException('The default schedule group cannot be deleted.')
    return this.#ledger.commit(write => {
      const { arn } = this.group(scope, name)
      const { account, region } = scope
      const rows = write.all<{ name: string }>(
        'SELECT name FROM schedules_schedule WHERE account = ? AND region = ? AND group_name = ?',
        account,
        region,
        name,
      )
      for (const row of rows) this.#remove(write, scope, name, row.name)
      write.run('DELETE FROM schedules_group WHERE account = ? AND region = ? AND name = ?', account, region, name)
      this.tags.clear(write, arn)
    })
  }

  next(key: Key, afterAt: number): number | undefined {
    const [group = '', name = ''] = key.name.split('/')
    const row = this.#row(key, group, name)
    return row && nextOf(JSON.parse(row.definition), row.modified_at, afterAt)
  }

  occur(
    write: Transaction,
    key: Key,
    occurrence: { readonly at: number; readonly last: boolean },
  ): readonly Invocation[] {
    const [group = '', name = ''] = key.name.split('/')
    const { arn, target, windowMinutes, deletedAfterCompletion } = this.schedule(key, group, name)
    if (occurrence.last && deletedAfterCompletion) this.#remove(write, key, group, name)
    const execution = { arn, at: occurrence.at, id: this.#random.uuid(), account: key.account, region: key.region }
    const windowMilliseconds = Math.floor(this.#random.fraction() * (windowMinutes ?? 0) * 60_000)
    return [
      {
        ...targetCall(target, execution),
        roleArn: target.roleArn,
        notBeforeAt: occurrence.at + windowMilliseconds,
        retriesMax: target.retriesMax,
        eventAgeSecondsMax: target.eventAgeSecondsMax,
      },
    ]
  }

  input(order: string, attempt: number): Readonly<Record<string, unknown>> {
    return inputOf(order, attempt)
  }

  #row(scope: Scope, group: string, name: string): ScheduleRow | undefined {
    return this.#ledger.get<ScheduleRow>(
      `SELECT * FROM schedules_schedule WHERE ${where}`,
      scope.account,
      scope.region,
      group,
      name,
    )
  }

  #remove(write: Transaction, { account, region }: Scope, group: string, name: string): void {
    write.run(`DELETE FROM schedules_schedule WHERE ${where}`, account, region, group, name)
    this.#agenda.plan(write, { kind: 'schedule', account, region, name: `${group}/${name}` }, undefined)
  }

  #plan(
    write: Transaction,
    { account, region }: Scope,
    id: { readonly group: string; readonly name: string },
    definition: ScheduleDefinition,
    now: number,
  ): void {
    // A rate without a start date falls due at once, as in AWS: this instant itself is its first occurrence.
    const startsNow = expressionOf(definition).kind === 'rate' && definition.startAt === undefined
    const dueAt = nextOf(definition, now, startsNow ? now - 1 : now)
    this.#agenda.plan(write, { kind: 'schedule', account, region, name: `${id.group}/${id.name}` }, dueAt)
  }

  #check(definition: ScheduleDefinition, now: number): void {
    expressionOf(definition)
    const { timeZone, startAt, endAt } = definition
    if (!isTimeZone(timeZone)) throw invalidTimeZone(timeZone)
    if (startAt !== undefined && startAt < now - startDateAgeSecondsMax * 1000)
      throw new ValidationException('The StartDate you specify cannot be earlier than 5 minutes ago.')
    if (endAt !== undefined && endAt <= Math.max(startAt ?? Number.NEGATIVE_INFINITY, now))
      throw new ValidationException('The EndDate you specify must come after the StartDate and after now.')
    checkTarget(definition.target, this.#supports)
  }
}

function expressionOf(definition: ScheduleDefinition): Expression {
  const expression = parseExpression(definition.expression, { anyNumber: true })
  if (!expression) throw invalidScheduleExpression(definition.expression)
  return expression
}

/** AWS ignores both dates for a one-time schedule. */
function nextOf(definition: ScheduleDefinition, changedAt: number, afterAt: number): number | undefined {
  if (!definition.enabled) return undefined
  const expression = expressionOf(definition)
  const calendar = { timeZone: definition.timeZone, anchorAt: definition.startAt ?? changedAt }
  if (expression.kind === 'at') return nextAfter(expression, afterAt, calendar)
  const at = nextAfter(expression, Math.max(afterAt, (definition.startAt ?? 0) - 1), calendar)
  return at === undefined || (definition.endAt !== undefined && at > definition.endAt) ? undefined : at
}

const fromRow = (scope: Scope, row: ScheduleRow): Schedule => ({
  ...(JSON.parse(row.definition) as ScheduleDefinition),
  arn: scheduleArn(scope, row.group_name, row.name),
  group: row.group_name,
  name: row.name,
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
})

export const scheduleArn = (scope: Scope, group: string, name: string): string =>
  `arn:aws:scheduler:${scope.region}:${scope.account}:schedule/${group}/${name}`
export const groupArn = (scope: Scope, name: string): string =>
  `arn:aws:scheduler:${scope.region}:${scope.account}:schedule-group/${name}`
