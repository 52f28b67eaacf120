/**
 * Glue triggers that start jobs and crawlers: on a schedule, or on demand. Conditional and event triggers are refused by
 * name: nothing tells this part yet when a job has ended.
 */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Agenda, Invocation, Key, Occurrences } from './agenda.ts'
import { nextAfter } from './expression.ts'
import { InvalidInputException, noSuchTrigger, triggerExists } from './faults.ts'
import { glueCron } from './glue-cron.ts'
import { eventAgeSecondsMax, retryAttemptsMax } from './limits.ts'
import type { Scope } from './scope.ts'

export interface Action {
  readonly jobName?: string
  readonly crawlerName?: string
  readonly arguments?: Readonly<Record<string, string>>
  readonly timeoutMinutes?: number
}

export interface TriggerDefinition {
  readonly type: 'SCHEDULED' | 'ON_DEMAND'
  readonly expression?: string
  readonly actions: readonly Action[]
  readonly description?: string
}

export interface Trigger extends TriggerDefinition {
  readonly name: string
  readonly state: 'CREATED' | 'ACTIVATED' | 'DEACTIVATED'
}

/** Glue's tags are kept in one place for all its resources; this part says which triggers there are. */
export interface TriggerTags {
  register(kind: string, exists: (scope: Scope, name: string) => boolean): void
  of(arn: string): Readonly<Record<string, string>>
  put(write: Transaction, arn: string, tags: Readonly<Record<string, string>>): void
  clear(write: Transaction, arn: string): void
}

export const triggerArn = ({ account, region }: Scope, name: string): string =>
  `arn:aws:glue:${region}:${account}:trigger/${name}`

interface TriggerRow {
  readonly name: string
  readonly state: Trigger['state']
  readonly definition: string
}

const tables = `
  CREATE TABLE triggers_trigger (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;`

const where = 'account = ? AND region = ? AND name = ?'

export class Triggers implements Occurrences {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #agenda: Agenda
  readonly #tags: TriggerTags

  constructor(parts: {
    readonly ledger: Ledger
    readonly clock: Clock
    readonly agenda: Agenda
    readonly tags: TriggerTags
  }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#agenda = parts.agenda
    this.#ledger.define('triggers', [tables])
    this.#agenda.register('trigger', this)
    this.#tags = parts.tags
    this.#tags.register('trigger', (scope, name) => this.find(scope, name) !== undefined)
  }

  create(
    scope: Scope,
    trigger: { readonly name: string; readonly active: boolean; readonly tags?: Readonly<Record<string, string>> },
    definition: TriggerDefinition,
  ): Promise<void> {
    const { name, active, tags = {} } = trigger
    check(definition)
    if (active && definition.type === 'ON_DEMAND')
      throw new InvalidInputException('StartOnCreation is not supported for ON_DEMAND triggers.')
    return this.#ledger.commit(write => {
      if (this.#row(scope, name)) throw triggerExists(name)
      this.#put(write, scope, { ...definition, name, state: active ? 'ACTIVATED' : 'CREATED' })
      this.#tags.put(write, triggerArn(scope, name), tags)
    })
  }

  find(scope: Scope, name: string): Trigger | undefined {
    const row = this.#row(scope, name)
    return row && fromRow(row)
  }

  trigger(scope: Scope, name: string): Trigger {
    const found = this.find(scope, name)
    if (!found) throw noSuchTrigger(name)
    return found
  }

  triggers(
    scope: Scope,
    filter: { readonly jobName?: string | undefined; readonly tags?: Readonly<Record<string, string>> | undefined },
    after: string,
    limit: number,
  ): readonly Trigger[] {
    const { jobName, tags = {} } = filter
    const found: Trigger[] = []
    const rows = this.#ledger.iterate<TriggerRow>(
      'SELECT * FROM triggers_trigger WHERE account = ? AND region = ? AND name > ? ORDER BY name',
      scope.account,
      scope.region,
      after,
    )
    for (const row of rows) {
      const trigger = fromRow(row)
      if (jobName !== undefined && !trigger.actions.some(action => action.jobName === jobName)) continue
      const own = this.#tags.of(triggerArn(scope, trigger.name))
      if (Object.entries(tags).some(([key, value]) => own[key] !== value)) continue
      found.push(trigger)
      if (found.length === limit) break
    }
    return found
  }

  /** What the change does not name stays as it is. */
  update(scope: Scope, name: string, change: Partial<Omit<TriggerDefinition, 'type'>>): Promise<Trigger> {
    return this.#ledger.commit(write => {
      const changed = { ...this.trigger(scope, name), ...change }
      check(changed)
      this.#put(write, scope, changed)
      return changed
    })
  }

  /** A trigger that is not there is no error, as in AWS. */
  delete({ account, region }: Scope, name: string): Promise<void> {
    return this.#ledger.commit(write => {
      write.run(`DELETE FROM triggers_trigger WHERE ${where}`, account, region, name)
      this.#tags.clear(write, triggerArn({ account, region }, name))
      this.#agenda.plan(write, { kind: 'trigger', account, region, name }, undefined)
    })
  }

  /** Activates a scheduled trigger; fires one that runs on demand. */
  startTrigger(scope: Scope, name: string): Promise<void> {
    return this.#ledger.commit(write => {
      const trigger = this.trigger(scope, name)
      if (trigger.type === 'SCHEDULED') return this.#put(write, scope, { ...trigger, state: 'ACTIVATED' })
      this.#agenda.enqueue(write, keyOf(scope, name), trigger.actions.map(invocation))
    })
  }

  stopTrigger(scope: Scope, name: string): Promise<void> {
    return this.#ledger.commit(write => {
      const trigger = this.trigger(scope, name)
      if (trigger.type === 'ON_DEMAND') throw new InvalidInputException('An ON_DEMAND trigger cannot be stopped.')
      this.#put(write, scope, { ...trigger, state: 'DEACTIVATED' })
    })
  }

  next(key: Key, afterAt: number): number | undefined {
    const found = this.find(key, key.name)
    if (found?.state !== 'ACTIVATED' || found.expression === undefined) return undefined
    return nextAfter(glueCron(found.expression, trigger), afterAt, { timeZone: 'UTC', anchorAt: afterAt })
  }

  occur(_write: Transaction, key: Key): readonly Invocation[] {
    return this.trigger(key, key.name).actions.map(invocation)
  }

  input(order: string): Readonly<Record<string, unknown>> {
    return JSON.parse(order)
  }

  #row(scope: Scope, name: string): TriggerRow | undefined {
    return this.#ledger.get(`SELECT * FROM triggers_trigger WHERE ${where}`, scope.account, scope.region, name)
  }

  #put(write: Transaction, scope: Scope, { name, state, ...definition }: Trigger): void {
    const { account, region } = scope
    write.run(
      'INSERT OR REPLACE INTO triggers_trigger VALUES (?, ?, ?, ?, ?)',
      account,
      region,
      name,
      state,
      JSON.stringify(definition),
    )
    this.#agenda.plan(write, keyOf(scope, name), this.next(keyOf(scope, name), this.#clock.now()))
  }
}

const keyOf = ({ account, region }: Scope, name: string): Key => ({ kind: 'trigger', account, region, name })

const fromRow = (row: TriggerRow): Trigger => ({
  ...(JSON.parse(row.definition) as TriggerDefinition),
  name: row.name,
  state: row.state,
})

const trigger = 'A trigger'

function check(definition: TriggerDefinition): void {
  const { type, expression, actions } = definition
  if (type === 'SCHEDULED' && expression === undefined)
    throw new InvalidInputException('Schedule cannot be null or empty for a SCHEDULED trigger.')
  if (type === 'ON_DEMAND' && expression !== undefined)
    throw new InvalidInputException('An ON_DEMAND trigger takes no Schedule.')
  if (expression !== undefined) glueCron(expression, trigger)
  if (actions.length === 0) throw new InvalidInputException('Actions cannot be null or empty.')
  for (const { jobName, crawlerName, arguments: values, timeoutMinutes } of actions) {
    if ((jobName === undefined) === (crawlerName === undefined))
      throw new InvalidInputException('An action names either a JobName or a CrawlerName.')
    if (crawlerName !== undefined && (values !== undefined || timeoutMinutes !== undefined))
      throw new InvalidInputException(`The action on crawler ${crawlerName} takes neither Arguments nor a Timeout.`)
  }
}

/** A job that is at its number of runs is tried again as Scheduler would. */
function invocation({ jobName, crawlerName, arguments: values, timeoutMinutes }: Action): Invocation {
  const policy = { retriesMax: retryAttemptsMax, eventAgeSecondsMax }
  if (crawlerName !== undefined)
    return { service: 'glue', operation: 'StartCrawler', order: JSON.stringify({ Name: crawlerName }), ...policy }
  const order = JSON.stringify({ JobName: jobName, Arguments: values, Timeout: timeoutMinutes })
  return { service: 'glue', operation: 'StartJobRun', order, ...policy }
}
