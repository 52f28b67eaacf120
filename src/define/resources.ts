/**
 * From a definition to the AWS resources that it asks for: pure, and in the order in which they can be made. Nothing here
 * asks what is there already.
 */
import { type AccountOption, derivedRoleName, type Place, placeOf, roleArn, scheduleName } from './acting.ts'
import { jobArguments, jobScript } from './job-script.ts'
import { idOf, type Json, type JsonObject, type Resource } from './kind.ts'
import { rolePath } from './kinds/role.ts'
import { mark } from './kinds/tags.ts'
import { rankOf } from './kinds.ts'
import { type AnyPart, databaseOf, type LakeDefinition } from './lake.ts'
import { type Bucket, urlOf } from './parts/bucket.ts'
import type { Crawler } from './parts/crawler.ts'
import type { Delivery } from './parts/delivery.ts'
import { partitionsOf, prefixOf } from './parts/delivery-folders.ts'
import type { Job } from './parts/job.ts'
import type { Role, Statement } from './parts/role.ts'
import type { Stream } from './parts/stream.ts'
import type { Table } from './parts/table.ts'
import type { Workgroup } from './parts/workgroup.ts'
import { type Right, rightsOf } from './rights.ts'
import { scriptKey } from './script-key.ts'
import { tableState } from './table-state.ts'

export function resourcesOf(definition: LakeDefinition, account: AccountOption): readonly Resource[] {
  const made = new Resources(definition, account)
  for (const part of definition.parts) made.take(part)
  return made.inOrder()
}

class Resources {
  readonly #definition: LakeDefinition
  readonly #account: AccountOption
  readonly #place: Place
  readonly #found = new Map<string, Resource>()

  constructor(definition: LakeDefinition, account: AccountOption) {
    this.#definition = definition
    this.#account = account
    this.#place = placeOf(definition, account)
  }

  inOrder(): readonly Resource[] {
    return [...this.#found.values()].sort((a, b) => rankOf(a.kind) - rankOf(b.kind))
  }

  take(part: AnyPart): void {
    for (const derived of rightsOf(part, this.#definition, this.#account))
      this.#role(derived.name, derived.for, derived.may, {})
    switch (part.kind) {
      case 'bucket':
        this.#bucket(part)
        break
      case 'stream':
        this.#stream(part)
        break
      case 'role':
        this.#role(part.name, part.for, part.may, part.tags)
        break
      case 'table':
        this.#table(part)
        break
      case 'delivery':
        this.#delivery(part)
        break
      case 'job':
        this.#job(part)
        break
      case 'crawler':
        this.#crawler(part)
        break
      case 'workgroup':
        this.#workgroup(part)
        break
      case 'files':
        break
    }
  }

  #add(kind: string, name: string, needs: readonly string[], wanted: JsonObject): string {
    const resource = { kind, name, needs, wanted: plain(wanted) }
    this.#found.set(idOf(resource), resource)
    return idOf(resource)
  }

  #tags(own: Readonly<Record<string, string>> = {}): Record<string, string> {
    const all = { ...this.#definition.tags, ...own, [mark]: this.#definition.name }
    return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #bucket({ name, versioning, encryption, lifecycle, archiveAccess = {}, tags }: Bucket): void {
    const { archiveAfterDays, deepArchiveAfterDays } = archiveAccess
    this.#add('bucket', name, [], {
      region: this.#definition.region,
      versioning,
      encryption: encryption === 'AES256' ? encryption : encryption.kmsKey,
      publicAccess: 'blocked',
      lifecycle: lifecycle.map(({ prefix = '', ...acts }, index) => ({
        name: `biwa-${index + 1}`,
        prefix,
        ...(acts as JsonObject),
      })),
      archive: {
        ...(archiveAfterDays !== undefined && { ARCHIVE_ACCESS: archiveAfterDays }),
        ...(deepArchiveAfterDays !== undefined && { DEEP_ARCHIVE_ACCESS: deepArchiveAfterDays }),
      },
      tags: this.#tags(tags),
    })
  }

  #stream({ name, shards, retentionHours, kmsKey, tags }: Stream): void {
    this.#add('stream', name, [], { shards, retentionHours, kmsKey: kmsKey ?? null, tags: this.#tags(tags) })
  }

  #role(
    name: string,
    service: string,
    may: readonly (Right | Statement)[],
    tags: Readonly<Record<string, string>>,
  ): void {
    this.#add('role', name, [], {
      path: rolePath(this.#place.lake),
      trusts: `${service}.amazonaws.com`,
      may: may.map(right => ({
        actions: right.actions,
        on: right.on,
        ...('when' in right && right.when && { when: right.when }),
      })),
      otherPolicies: [],
      tags: this.#tags(tags),
    })
  }

  /** The role's ARN, and its id. */
  #actsIn(own: Role | undefined, derived: string): readonly [string, string] {
    const name = own?.name ?? derived
    return [roleArn(this.#place, rolePath(this.#place.lake), name), `role ${name}`]
  }

  #database(name: string): string {
    return this.#add('database', name, [], {
      description: `The lake ${this.#definition.name}`,
      parameters: { [mark]: this.#definition.name },
      tags: this.#tags(),
    })
  }

  #databaseOf({ database }: { readonly database?: string }): string {
    return database ?? databaseOf(this.#definition)
  }

  #table(part: Table): void {
    const database = this.#databaseOf(part)
    const needs = [this.#database(database), `bucket ${part.at.bucket.name}`]
    this.#add('table', `${database}.${part.name}`, needs, tableState(part, this.#definition))
  }

  #delivery(part: Delivery): void {
    const { name, from, to, into, errors, buffer, compression, zone, newline, role, tags } = part
    const { account, region, lake } = this.#place
    const [arn, roleId] = this.#actsIn(role, derivedRoleName(lake, name, 'delivery'))
    const table = into && { database: this.#databaseOf(into), name: into.name, region }
    const needs = [
      ...[`bucket ${to.bucket.name}`, roleId, ...(from ? [`stream ${from.name}`] : [])],
      ...(table ? [`table ${table.database}.${table.name}`] : []),
    ]
    this.#add('delivery', name, needs, {
      source: from ? { stream: `arn:aws:kinesis:${region}:${account}:stream/${from.name}`, role: arn } : null,
      role: arn,
      bucket: `arn:aws:s3:::${to.bucket.name}`,
      prefix: prefixOf(part),
      errors,
      buffer,
      compression,
      zone,
      newline,
      partitions: partitionsOf(part),
      table: table ?? null,
      tags: this.#tags(tags),
    })
  }

  #job(part: Job): void {
    const { name, from, into, reads, role, schedule, timeoutMinutes, tags } = part
    const { lake } = this.#place
    const [arn, roleId] = this.#actsIn(role, derivedRoleName(lake, name, 'job'))
    const tables = [into, ...reads, ...(from.kind === 'table' ? [from] : [])]
    const scripted = `${into.at.bucket.name}/${scriptKey(lake, part)}`
    const text = jobScript(part, this.#definition)
    const script = this.#add('script', scripted, [`bucket ${into.at.bucket.name}`], { text })
    const needs = [roleId, script, ...tables.map(table => `table ${this.#databaseOf(table)}.${table.name}`)]
    const job = this.#add('job', name, needs, {
      role: arn,
      script: `s3://${scripted}`,
      arguments: jobArguments(part, this.#definition),
      timeoutMinutes,
      concurrentRuns: 1,
      retries: 0,
      tags: this.#tags(tags),
    })
    if (schedule) this.#schedule(name, 'job', job, schedule)
  }

  #crawler(part: Crawler): void {
    const { name, at, tablePrefix = '', role, schedule, tags } = part
    const database = this.#databaseOf(part)
    const [arn, roleId] = this.#actsIn(role, derivedRoleName(this.#place.lake, name, 'crawler'))
    const needs = [this.#database(database), `bucket ${at.bucket.name}`, roleId]
    const crawler = this.#add('crawler', name, needs, {
      role: arn,
      database,
      paths: [urlOf(at)],
      tablePrefix,
      schedule: '',
      tags: this.#tags(tags),
    })
    if (schedule) this.#schedule(name, 'crawler', crawler, schedule)
  }

  #workgroup({ name, results, scanBytesMax, enforced, description = '', tags }: Workgroup): void {
    this.#add('workgroup', name, [`bucket ${results.bucket.name}`], {
      results: urlOf(results),
      scanBytesMax: scanBytesMax ?? null,
      enforced,
      enabled: true,
      description,
      tags: this.#tags(tags),
    })
  }

  #schedule(
    part: string,
    acts: 'job' | 'crawler',
    target: string,
    { expression, zone }: { readonly expression: string; readonly zone: string },
  ): void {
    const { lake } = this.#place
    const [role, roleId] = this.#actsIn(undefined, derivedRoleName(lake, part, `${acts}-schedule`))
    const group = this.#add('schedule-group', lake, [], { tags: this.#tags() })
    this.#add('schedule', `${lake}/${scheduleName(part, acts)}`, [group, roleId, target], {
      expression,
      zone,
      target: `arn:aws:scheduler:::aws-sdk:glue:${acts === 'job' ? 'startJobRun' : 'startCrawler'}`,
      input: JSON.stringify(acts === 'job' ? { JobName: part } : { Name: part }),
      role,
      // A run that cannot start (the one before is still under way, say) is tried again for a while, not for a day.
      retries: 3,
      retrySeconds: 900,
      enabled: true,
    })
  }
}

/** As it comes back from JSON: without what is undefined. */
const plain = (value: JsonObject): JsonObject => JSON.parse(JSON.stringify(value)) as { readonly [name: string]: Json }
