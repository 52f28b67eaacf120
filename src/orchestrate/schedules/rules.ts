/**
 * EventBridge rules on the default bus that run on a schedule, and their targets. Rules with event patterns, other
 * buses and PutEvents are not there yet: the gateway refuses them by name.
 */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import type { Agenda, Invocation, Key, Occurrences } from './agenda.ts'
import { type Expression, nextAfter, parseExpression } from './expression.ts'
import { invalidRuleExpression, noSuchRule, ruleHasTargets } from './faults.ts'
import { checkTarget, type RuleTarget, targetCall } from './rule-target.ts'
import { scheduledEvent } from './schedule-input.ts'
import type { Scope } from './scope.ts'
import { Tags } from './tags.ts'

export interface Rule {
  readonly arn: string
  readonly name: string
  readonly expression: string
  readonly enabled: boolean
  readonly description?: string
  readonly roleArn?: string
}

interface RuleRow {
  readonly name: string
  readonly expression: string
  readonly enabled: number
  readonly description: string | null
  readonly role_arn: string | null
  readonly anchor_at: number
}

const tables = `
  CREATE TABLE rules_rule (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, expression TEXT NOT NULL, enabled INTEGER NOT NULL,
    description TEXT, role_arn TEXT, anchor_at INTEGER NOT NULL, PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;
  CREATE TABLE rules_target (
    account TEXT NOT NULL, region TEXT NOT NULL, rule TEXT NOT NULL, id TEXT NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (account, region, rule, id)) STRICT, WITHOUT ROWID;`

export class Rules implements Occurrences {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #random: Random
  readonly #agenda: Agenda
  readonly tags: Tags

  constructor(parts: {
    readonly ledger: Ledger
    readonly clock: Clock
    readonly random: Random
    readonly agenda: Agenda
  }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#random = parts.random
    this.#agenda = parts.agenda
    this.#ledger.define('rules', [tables])
    this.tags = new Tags(this.#ledger, 'rules')
    this.#agenda.register('rule', this)
  }

  /** Creates or replaces; an existing rule keeps its targets. AWS ignores the tags when the rule is there already. */
  putRule(scope: Scope, rule: Omit<Rule, 'arn'>, tags: Readonly<Record<string, string>>): Promise<string> {
    const expression = expressionOf(rule.expression)
    const now = this.#clock.now()
    const arn = ruleArn(scope, rule.name)
    return this.#ledger.commit(write => {
      if (!this.#row(scope, rule.name)) this.tags.put(write, arn, tags)
      // A rate counts from the moment the rule is written: its first occurrence is one period later.
      const anchorAt = now + (expression.kind === 'rate' ? expression.periodMilliseconds : 0)
      write.run(
        'INSERT OR REPLACE INTO rules_rule VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        scope.account,
        scope.region,
        rule.name,
        rule.expression,
        Number(rule.enabled),
        rule.description ?? null,
        rule.roleArn ?? null,
        anchorAt,
      )
      this.#plan(write, scope, rule.name)
      return arn
    })
  }

  rule(scope: Scope, name: string): Rule {
    const row = this.#row(scope, name)
    if (!row) throw noSuchRule(name)
    return fromRow(scope, row)
  }

  rules(scope: Scope, prefix: string, after: string, limit: number): readonly Rule[] {
    return this.#ledger
      .all<RuleRow>(
        `SELECT * FROM rules_rule WHERE account = ? AND region = ? AND name > ? AND substr(name, 1, length(?)) = ?
         ORDER BY name LIMIT ?`,
        scope.account,
        scope.region,
        after,
        prefix,
        prefix,
        limit,
      )
      .map(row => fromRow(scope, row))
  }

  setEnabled(scope: Scope, name: string, enabled: boolean): Promise<void> {
    return this.#ledger.commit(write => {
      this.rule(scope, name)
      write.run(
        'UPDATE rules_rule SET enabled = ? WHERE account = ? AND region = ? AND name = ?',
        Number(enabled),
        scope.account,
        scope.region,
        name,
      )
      this.#plan(write, scope, name)
    })
  }

  /** As AWS: a rule that is not there is no error, one that still has targets is. */
  deleteRule(scope: Scope, name: string): Promise<void> {
    const { account, region } = scope
    return this.#ledger.commit(write => {
      if (this.targets(scope, name, '', 1).length > 0) throw ruleHasTargets()
      write.run('DELETE FROM rules_rule WHERE account = ? AND region = ? AND name = ?', account, region, name)
      this.tags.clear(write, ruleArn(scope, name))
      this.#agenda.plan(write, { kind: 'rule', account, region, name }, undefined)
    })
  }

  putTargets(scope: Scope, name: string, targets: readonly RuleTarget[]): Promise<void> {
    const { account, region } = scope
    return this.#ledger.commit(write => {
      this.rule(scope, name)
      const others = this.targets(scope, name, '', Number.MAX_SAFE_INTEGER).map(target => target.id)
      const count = new Set([...others, ...targets.map(target => target.id)]).size
      for (const target of targets) checkTarget(target, count)
      for (const target of targets)
        write.run(
          'INSERT OR REPLACE INTO rules_target VALUES (?, ?, ?, ?, ?)',
          account,
          region,
          name,
          target.id,
          JSON.stringify(target),
        )
    })
  }

  /** The ids of those that were not there. */
  removeTargets(scope: Scope, name: string, ids: readonly string[]): Promise<readonly string[]> {
    return this.#ledger.commit(write => {
      this.rule(scope, name)
      return ids.filter(id => {
        const where = 'account = ? AND region = ? AND rule = ? AND id = ?'
        return write.run(`DELETE FROM rules_target WHERE ${where}`, scope.account, scope.region, name, id) === 0
      })
    })
  }

  targets(scope: Scope, name: string, after: string, limit: number): readonly RuleTarget[] {
    return this.#ledger
      .all<{ definition: string }>(
        'SELECT definition FROM rules_target WHERE account = ? AND region = ? AND rule = ? AND id > ? ORDER BY id LIMIT ?',
        scope.account,
        scope.region,
        name,
        after,
        limit,
      )
      .map(row => JSON.parse(row.definition))
  }

  /** Names of the rules that have this target. */
  rulesOf(scope: Scope, targetArn: string, after: string, limit: number): readonly string[] {
    return this.#ledger
      .all<{ rule: string }>(
        `SELECT DISTINCT rule FROM rules_target WHERE account = ? AND region = ? AND definition ->> 'arn' = ? AND rule > ?
         ORDER BY rule LIMIT ?`,
        scope.account,
        scope.region,
        targetArn,
        after,
        limit,
      )
      .map(row => row.rule)
  }

  next(key: Key, afterAt: number): number | undefined {
    const row = this.#row(key, key.name)
    if (!row || row.enabled === 0) return undefined
    return nextAfter(expressionOf(row.expression), afterAt, { timeZone: 'UTC', anchorAt: row.anchor_at })
  }

  occur(_write: Transaction, key: Key, occurrence: { readonly at: number }): readonly Invocation[] {
    const { arn } = this.rule(key, key.name)
    const execution = { arn, at: occurrence.at, id: this.#random.uuid(), account: key.account, region: key.region }
    const event = scheduledEvent('aws.events', execution)
    return this.targets(key, key.name, '', Number.MAX_SAFE_INTEGER).map(target => targetCall(target, event))
  }

  input(order: string): Readonly<Record<string, unknown>> {
    return JSON.parse(order)
  }

  #row(scope: Scope, name: string): RuleRow | undefined {
    const where = 'account = ? AND region = ? AND name = ?'
    return this.#ledger.get<RuleRow>(`SELECT * FROM rules_rule WHERE ${where}`, scope.account, scope.region, name)
  }

  #plan(write: Transaction, { account, region }: Scope, name: string): void {
    const key: Key = { kind: 'rule', account, region, name }
    this.#agenda.plan(write, key, this.next(key, this.#clock.now()))
  }
}

/** A rule knows rates and cron, in UTC; `at` is Scheduler's alone. */
function expressionOf(text: string): Expression {
  const expression = parseExpression(text)
  if (!expression || expression.kind === 'at') throw invalidRuleExpression()
  return expression
}

const fromRow = (scope: Scope, row: RuleRow): Rule => ({
  arn: ruleArn(scope, row.name),
  name: row.name,
  expression: row.expression,
  enabled: row.enabled === 1,
  ...(row.description !== null && { description: row.description }),
  ...(row.role_arn !== null && { roleArn: row.role_arn }),
})

export const ruleArn = (scope: Scope, name: string): string =>
  `arn:aws:events:${scope.region}:${scope.account}:rule/${name}`
