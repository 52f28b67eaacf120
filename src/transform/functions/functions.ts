/**
 * Functions: code that runs beside the lake, each execution in a process of its own. The rooms hold the things (registry,
 * aliases, permissions, tags, events); runtime/ runs them. This file is the door for the operations and for other parts.
 */
import { availableParallelism } from 'node:os'
import type { Blobs } from '../../durable/blobs.ts'
import type { Ledger } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Meter } from '../../world/meter.ts'
import type { Random } from '../../world/random.ts'
import { Aliases } from './aliases.ts'
import { CodeIntake, type PackageObjects, type PackageSource } from './code-intake.ts'
import { Events } from './events.ts'
import { badPayload, invalid, noSuchFunction, payloadTooLarge, roleNotAssumable, versionInUse } from './faults.ts'
import {
  asyncPayloadBytesMax,
  concurrentExecutionsMax,
  syncPayloadBytesMax,
  unreservedExecutionsMin,
} from './limits.ts'
import { FunctionMeters } from './meters.ts'
import { arnOf, type FunctionName, parseArn, unqualified } from './name.ts'
import { Permissions } from './permissions.ts'
import { Registry } from './registry.ts'
import { CodeDirectories } from './runtime/code-directories.ts'
import { Concurrency } from './runtime/concurrency.ts'
import { Executions } from './runtime/executions.ts'
import type { Invocation } from './runtime/invocation.ts'
import { Pool } from './runtime/pool.ts'
import type { Roles } from './runtime/starting.ts'
import { changedSettings, newSettings, type SettingsChange } from './settings.ts'
import { tables } from './tables.ts'
import { Tags } from './tags.ts'
import { type FunctionVersion, latest } from './version.ts'

export interface FunctionsNeeds {
  readonly ledger: Ledger
  readonly blobs: Blobs
  readonly clock: Clock
  /** The machine's: time-outs are about processes. */
  readonly realClock: Clock
  readonly random: Random
  readonly background: Background
  readonly log: Log
  readonly meter: Meter
  readonly objects: PackageObjects
  readonly roles: Roles
  /** Where the lake listens, for the functions' own AWS clients. */
  readonly endpoint: () => string | undefined
}

export interface Request {
  readonly requestId: string
  readonly clientContext?: string
}

/** Processes at once; executions beyond wait for one. */
const processesMax = Math.max(8, 4 * availableParallelism())

export class Functions {
  readonly registry: Registry
  readonly aliases: Aliases
  readonly permissions: Permissions
  readonly tags: Tags
  readonly #events: Events
  readonly #meters: FunctionMeters
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #background: Background
  readonly #intake: CodeIntake
  readonly #pool: Pool
  readonly #roles: Roles
  readonly #executions: Executions

  constructor(needs: FunctionsNeeds) {
    const { ledger, blobs, clock, realClock, random, background, log, roles } = needs
    ledger.define('functions', tables)
    const meters = new FunctionMeters(needs.meter)
    this.#meters = meters
    this.#ledger = ledger
    this.#random = random
    this.#background = background
    this.#roles = roles
    this.registry = new Registry({ ledger, blobs, clock, random })
    this.aliases = new Aliases({ ledger, random, registry: this.registry })
    this.permissions = new Permissions({ ledger, random })
    this.tags = new Tags({ ledger, registry: this.registry })
    this.#intake = new CodeIntake({ blobs, objects: needs.objects })
    const scratch = () => blobs.scratch()
    const codes = new CodeDirectories({ scratch, read: blob => blobs.read(blob) })
    this.#pool = new Pool(realClock, log, processesMax)
    this.#executions = new Executions(
      { codes, scratch, roles, random, log, clock, realClock },
      { pool: this.#pool, concurrency: new Concurrency(this.registry), meters, endpoint: needs.endpoint },
    )
    this.#events = new Events({
      ...{ ledger, blobs, clock, background, log, meters },
      run: ({ id, event, ...request }, signal) => this.#run(id, event, request, signal),
    })
  }

  async start(): Promise<void> {
    this.#events.start()
  }

  /** After the background has closed: what still runs is ended. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  async create(
    id: FunctionName,
    wanted: SettingsChange & { readonly role: string },
    source: PackageSource,
    options: { readonly published: boolean; readonly tags: Readonly<Record<string, string>> },
  ): Promise<FunctionVersion> {
    const settings = newSettings(wanted)
    this.#checkRole(settings.role)
    const code = await this.#intake.take(source, id.region)
    return this.#orDiscard(code, () =>
      this.#ledger.commit(write => {
        const created = this.registry.create(write, id, settings, code)
        this.tags.put(write, id, options.tags)
        return options.published ? this.registry.publish(write, id, {}) : created
      }),
    )
  }

  /** With `isDryRun` nothing is kept. */
  async updateCode(
    id: FunctionName,
    source: PackageSource,
    options: {
      readonly published: boolean
      readonly isDryRun: boolean
      readonly architecture?: 'x86_64' | 'arm64'
      readonly revision?: string
    },
  ): Promise<FunctionVersion> {
    const before = this.registry.version(id, latest)
    const settings = changedSettings(
      before.settings,
      options.architecture === undefined ? {} : { architecture: options.architecture },
    )
    const code = await this.#intake.take(source, id.region)
    if (options.isDryRun) {
      await this.#intake.discard(code)
      return { ...before, settings, code: { blob: '', bytes: code.blob.bytes, sha256: code.sha256 } }
    }
    const updated = await this.#orDiscard(code, () =>
      this.#ledger.commit(write => {
        const replaced = this.registry.replaceCode(write, id, settings, code, options.revision)
        return options.published ? this.registry.publish(write, id, {}) : replaced
      }),
    )
    this.#pool.forget(keyOf(id))
    return updated
  }

  async configure(id: FunctionName, change: SettingsChange, revision: string | undefined): Promise<FunctionVersion> {
    if (change.role !== undefined) this.#checkRole(change.role)
    const configured = await this.#ledger.commit(write => {
      const before = this.registry.version(unqualified(id), latest)
      return this.registry.configure(write, id, changedSettings(before.settings, change), revision)
    })
    this.#pool.forget(keyOf(id))
    return configured
  }

  publish(
    id: FunctionName,
    wanted: { readonly description?: string; readonly sha256?: string; readonly revision?: string },
  ): Promise<FunctionVersion> {
    return this.#ledger.commit(write => this.registry.publish(write, id, wanted))
  }

  /** With a qualifier that version alone. */
  async delete(id: FunctionName): Promise<void> {
    const { qualifier } = id
    if (qualifier !== undefined && !/^\d+$/.test(qualifier))
      throw invalid(
        qualifier === latest
          ? '$LATEST version cannot be deleted without deleting the function.'
          : 'Deletion of aliases is not currently supported.',
      )
    await this.#ledger.commit(write => {
      if (qualifier !== undefined) {
        const pointing = this.aliases.list(id, qualifier, '', 10).map(alias => alias.name)
        if (pointing.length > 0) throw versionInUse(pointing)
        return this.registry.delete(write, id, qualifier)
      }
      this.registry.delete(write, id, undefined)
      this.aliases.clear(write, id)
      this.permissions.clear(write, id)
      this.tags.clear(write, id)
      this.#events.clear(write, id)
    })
    this.#pool.forget(keyOf(id, qualifier))
    if (qualifier === undefined) this.#meters.end(id)
  }

  reserve(id: FunctionName, executions: number | undefined): Promise<void> {
    return this.#ledger.commit(write => {
      const others = this.registry.reservedInTotal(id) - (this.registry.reserved(id) ?? 0)
      if (others + (executions ?? 0) > concurrentExecutionsMax - unreservedExecutionsMin)
        throw invalid(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedExecutionsMin}].`,
        )
      this.registry.reserve(write, id, executions)
    })
  }

  /** The version that a name stands for: of its number, of its alias, or `$LATEST`. Throws ResourceNotFoundException. */
  version(id: FunctionName): FunctionVersion {
    const { qualifier = latest } = id
    if (qualifier === latest || /^\d+$/.test(qualifier)) return this.registry.version(unqualified(id), qualifier)
    const alias = this.aliases.find(id, qualifier)
    if (alias === undefined) throw noSuchFunction(arnOf(id))
    return this.registry.version(unqualified(id), alias.version)
  }

  /** The function that an ARN (with or without qualifier) names, or undefined. */
  functionByArn(arn: string): { readonly arn: string; readonly name: string } | undefined {
    const id = parseArn(arn)
    if (id === undefined || !this.registry.exists(id)) return undefined
    return { arn: arnOf(unqualified(id)), name: id.name }
  }

  /** The resource policy that speaks of this ARN, for the decision about a request. */
  policyOf(arn: string): { readonly document?: string; readonly account: string } | undefined {
    const id = parseArn(arn)
    if (id === undefined) return undefined
    const found = this.permissions.find(id)
    return { account: id.account, ...(found !== undefined && { document: found.document }) }
  }

  /**
   * For other parts: runs the function and waits for it. Never rejects for what the function does: that comes as `error`.
   * Throws faults (ResourceNotFoundException, TooManyRequestsException), and the signal's reason.
   */
  async invoke(arn: string, event: Uint8Array, options: { readonly signal: AbortSignal }): Promise<Invocation> {
    const id = parseArn(arn)
    if (id === undefined) throw noSuchFunction(arn)
    return this.#run(id, event, { requestId: this.#random.uuid() }, options.signal)
  }

  /** For the operation: as `invoke`, but the execution outlives a caller who has gone, as at AWS. */
  async call(id: FunctionName, event: Uint8Array, request: Request): Promise<Invocation> {
    return this.#run(id, checkedEvent(event, 'RequestResponse', syncPayloadBytesMax), request, this.#background.closing)
  }

  /** Takes the event to run it later; durable when this resolves. */
  async enqueue(id: FunctionName, event: Uint8Array, request: Request): Promise<FunctionVersion> {
    const version = this.version(id)
    await this.#events.accept({ id, event: checkedEvent(event, 'Event', asyncPayloadBytesMax), ...request })
    return version
  }

  #run(id: FunctionName, event: Uint8Array, request: Request, signal: AbortSignal): Promise<Invocation> {
    const version = this.version(id)
    return this.#executions.run({
      ...{ version, arn: arnOf(id), event, ...request },
      signal: AbortSignal.any([signal, this.#background.closing]),
    })
  }

  #checkRole(role: string): void {
    if (!this.#roles.assumable(role)) throw roleNotAssumable()
  }

  async #orDiscard<T>(code: Awaited<ReturnType<CodeIntake['take']>>, publish: () => Promise<T>): Promise<T> {
    try {
      return await publish()
    } catch (cause) {
      await this.#intake.discard(code)
      throw cause
    }
  }
}

/** Of environments: all versions, or one. */
const keyOf = ({ account, region, name }: FunctionName, version?: string) =>
  `${account}/${region}/${name}/${version === undefined ? '' : `${version}/`}`

/** An event is JSON; none at all is an empty object. */
function checkedEvent(event: Uint8Array, kind: string, bytesMax: number): Uint8Array {
  if (event.length > bytesMax) throw payloadTooLarge(event.length, kind, bytesMax)
  if (event.length === 0) return Buffer.from('{}')
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(event))
    return event
  } catch (cause) {
    throw badPayload(cause instanceof Error ? cause.message : String(cause))
  }
}
