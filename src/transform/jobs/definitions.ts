// The definitions of jobs in the ledger.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { InvalidInputException, jobExists, noSuchJob } from './faults.ts'
import type { Job, JobDefinition, Scope } from './job.ts'
import { retriesMax } from './limits.ts'
import { parseLocation } from './location.ts'

interface JobRow extends Scope {
  readonly id: number
  readonly name: string
  readonly definition: string
  readonly created_at: number
  readonly modified_at: number
}
interface TagKeeper {
  put(write: Transaction, arn: string, tags: Readonly<Record<string, string>>): void
  of(arn: string): Readonly<Record<string, string>>
  clear(write: Transaction, arn: string): void
}

export class Definitions {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #tags: TagKeeper

  constructor({ ledger, clock, tags }: { readonly ledger: Ledger; readonly clock: Clock; readonly tags: TagKeeper }) {
    this.#ledger = ledger
    this.#clock = clock
    this.#tags = tags
  }

  find(scope: Scope, name: string): Job | undefined {
    const sql = 'SELECT * FROM glue_job WHERE account = ? AND region = ? AND name = ?'
    const row = this.#ledger.get<JobRow>(sql, scope.account, scope.region, name)
    return row && jobOf(row)
  }

  byId(id: number): Job | undefined {
    const row = this.#ledger.get<JobRow>('SELECT * FROM glue_job WHERE id = ?', id)
    return row && jobOf(row)
  }

  list(scope: Scope, after: string, limit: number): readonly Job[] {
    const sql = 'SELECT * FROM glue_job WHERE account = ? AND region = ? AND name > ? ORDER BY name LIMIT ?'
    return this.#ledger.all<JobRow>(sql, scope.account, scope.region, after, limit).map(jobOf)
  }

  tags(scope: Scope, name: string): Readonly<Record<string, string>> {
    return this.#tags.of(arnOf(scope, name))
  }

  async create(scope: Scope, definition: JobDefinition, tags: Readonly<Record<string, string>>): Promise<void> {
    check(definition)
    const now = this.#clock.now()
    await this.#ledger.commit(write => {
      const added = write.run(
        `INSERT INTO glue_job (account, region, name, definition, created_at, modified_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
        scope.account,
        scope.region,
        definition.name,
        JSON.stringify(definition),
        now,
        now,
      )
      if (added === 0) throw jobExists(definition.name)
      this.#tags.put(write, arnOf(scope, definition.name), tags)
    })
  }

  async update(scope: Scope, definition: JobDefinition): Promise<void> {
    check(definition)
    await this.#ledger.commit(write => {
      const changed = write.run(
        'UPDATE glue_job SET definition = ?, modified_at = ? WHERE account = ? AND region = ? AND name = ?',
        JSON.stringify(definition),
        this.#clock.now(),
        scope.account,
        scope.region,
        definition.name,
      )
      if (changed === 0) throw noSuchJob(definition.name)
    })
  }

  delete(write: Transaction, job: Job): void {
    write.run('DELETE FROM glue_job WHERE id = ?', job.id)
    this.#tags.clear(write, arnOf(job, job.name))
  }
}

const arnOf = (scope: Scope, name: string) => `arn:aws:glue:${scope.region}:${scope.account}:job/${name}`

function check({ command, maxRetries, maxConcurrentRuns }: JobDefinition): void {
  if (command.name !== 'glueetl' && command.name !== 'pythonshell')
    throw new InvalidInputException(
      `Command.Name ${command.name} is not supported: jobs of the kinds glueetl and pythonshell run here, with SQL as their script.`,
    )
  if (command.scriptLocation === '')
    throw new InvalidInputException('Command.ScriptLocation must be given: s3://bucket/script.sql')
  parseLocation(command.scriptLocation, 'Command.ScriptLocation')
  if (maxRetries < 0 || maxRetries > retriesMax)
    throw new InvalidInputException(`MaxRetries must be between 0 and ${retriesMax}: ${maxRetries}`)
  if (maxConcurrentRuns < 1)
    throw new InvalidInputException(`MaxConcurrentRuns must be at least 1: ${maxConcurrentRuns}`)
}

function jobOf(row: JobRow): Job {
  return {
    ...(JSON.parse(row.definition) as JobDefinition),
    id: row.id,
    account: row.account,
    region: row.region,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  }
}
