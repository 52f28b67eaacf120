/**
 * Invocations that nobody waits for: kept before they are acknowledged, run when their time has come by the lake's clock,
 * tried twice more when the function fails, and later when there is no room for it. At least once, as at AWS: an execution
 * that a crash cut off is run again.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import type { Blobs } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import { asyncEventAgeSecondsMax, asyncRetryDelaysSeconds } from './limits.ts'
import type { FunctionMeters } from './meters.ts'
import { arnOf, type FunctionName } from './name.ts'
import type { Invocation } from './runtime/invocation.ts'

interface EventRow {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly qualifier: string | null
  readonly blob: string
  readonly client_context: string | null
  readonly attempts: number
  readonly accepted_at: number
  readonly due_at: number
}

export interface EventOrder {
  readonly id: FunctionName
  readonly requestId: string
  readonly event: Uint8Array
  readonly clientContext?: string
}

/** Throws a fault when there is no room or no such function. */
export type Run = (order: EventOrder, signal: AbortSignal) => Promise<Invocation>

const underWayMax = 16
const throttleDelayMilliseconds = [1_000, 5_000, 30_000, 300_000]

export class Events {
  readonly #ledger: Ledger
  readonly #blobs: Blobs
  readonly #clock: Clock
  readonly #background: Background
  readonly #log: Log
  readonly #meters: FunctionMeters
  readonly #run: Run
  readonly #waiting: (() => void)[] = []
  #underWay = 0

  constructor(of: {
    ledger: Ledger
    blobs: Blobs
    clock: Clock
    background: Background
    log: Log
    meters: FunctionMeters
    run: Run
  }) {
    this.#ledger = of.ledger
    this.#blobs = of.blobs
    this.#clock = of.clock
    this.#background = of.background
    this.#log = of.log
    this.#meters = of.meters
    this.#run = of.run
  }

  /** Goes on with what an earlier process had accepted. */
  start(): void {
    for (const row of this.#ledger.all<EventRow>('SELECT * FROM functions_event')) this.#plan(row.id, row.due_at, 0)
  }

  async accept({ id, requestId, event, clientContext }: EventOrder): Promise<void> {
    const blob = await this.#blobs.write([event])
    const now = this.#clock.now()
    await this.#ledger.commit(write => {
      // From here the event is accepted; a crash before leaves a blob that nothing refers to, swept at start.
      this.#blobs.publish(write, blob)
      write.run(
        'INSERT INTO functions_event VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)',
        ...[requestId, id.account, id.region, id.name, id.qualifier ?? null, blob.id, clientContext ?? null, now, now],
      )
    })
    this.#meters.accepted(id)
    this.#plan(requestId, now, 0)
  }

  clear(write: Transaction, { account, region, name }: FunctionName): void {
    const rows = write.all<EventRow>(
      'SELECT * FROM functions_event WHERE account = ? AND region = ? AND name = ?',
      ...[account, region, name],
    )
    for (const row of rows) this.#remove(write, row)
  }

  #plan(requestId: string, dueAt: number, refusals: number): void {
    this.#clock.at(dueAt, `the event ${requestId} of a function`, () =>
      this.#background.run(`the event ${requestId} of a function`, () => this.#attempt(requestId, refusals)),
    )
  }

  async #attempt(requestId: string, refusals: number): Promise<void> {
    using _turn = await this.#turn()
    // A timer of the machine's may come when the ledger is closed already.
    if (this.#background.closing.aborted) return
    const row = this.#row(requestId)
    if (row === undefined) return
    const event = Buffer.concat(await Array.fromAsync(this.#blobs.read(row.blob)))
    const order = {
      ...{ id: idOf(row), requestId, event },
      ...(row.client_context !== null && { clientContext: row.client_context }),
    }
    this.#meters.aged(order.id, this.#clock.now() - row.accepted_at)
    let invocation: Invocation
    try {
      invocation = await this.#run(order, this.#background.closing)
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      return this.#refused(row, refusals, cause)
    }
    if (invocation.error === undefined) return this.#done(row)
    const delay = asyncRetryDelaysSeconds[row.attempts]
    if (delay === undefined) {
      const why = { function: arnOf(idOf(row)), error: invocation.message }
      this.#log.warn(`the event ${requestId} is given up after ${row.attempts + 1} attempts`, why)
      this.#meters.givenUp(order.id)
      return this.#done(row)
    }
    const dueAt = this.#clock.now() + delay * 1000
    await this.#ledger.commit(write =>
      write.run('UPDATE functions_event SET attempts = ?, due_at = ? WHERE id = ?', row.attempts + 1, dueAt, requestId),
    )
    this.#plan(requestId, dueAt, 0)
  }

  /** Events wait by their id, not with their bytes in memory. */
  async #turn(): Promise<Disposable> {
    if (this.#underWay >= underWayMax) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#underWay += 1
    return {
      // Whoever waits takes the place over.
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift()
        if (next === undefined) this.#underWay -= 1
        else next()
      },
    }
  }

  /** No room now: that is no attempt. */
  async #refused(row: EventRow, refusals: number, fault: Fault): Promise<void> {
    const now = this.#clock.now()
    if (fault.code !== 'TooManyRequestsException' || now - row.accepted_at > asyncEventAgeSecondsMax * 1000) {
      this.#log.warn(`the event ${row.id} of ${arnOf(idOf(row))} is given up: ${fault.message}`)
      this.#meters.givenUp(idOf(row))
      return this.#done(row)
    }
    const delay = throttleDelayMilliseconds[Math.min(refusals, throttleDelayMilliseconds.length - 1)] ?? 0
    this.#plan(row.id, now + delay, refusals + 1)
  }

  #done(row: EventRow): Promise<void> {
    return this.#ledger.commit(write => {
      if (this.#row(row.id) !== undefined) this.#remove(write, row)
    })
  }

  #remove(write: Transaction, row: EventRow): void {
    this.#blobs.release(write, row.blob)
    write.run('DELETE FROM functions_event WHERE id = ?', row.id)
  }

  #row(id: string): EventRow | undefined {
    return this.#ledger.get<EventRow>('SELECT * FROM functions_event WHERE id = ?', id)
  }
}

const idOf = ({ account, region, name, qualifier }: EventRow): FunctionName => ({
  ...{ account, region, name },
  ...(qualifier !== null && { qualifier }),
})
