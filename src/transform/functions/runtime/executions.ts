/**
 * Runs invocations: admits as many at once as AWS would, finds or starts an environment, keeps to the deadline, and turns
 * whatever happens to a function's process into AWS's answer and log. Time-outs are in the machine's time.
 */
import type { Clock } from '../../../world/clock.ts'
import { invalid, TooManyRequestsException, throttled } from '../faults.ts'
import { initSecondsMax } from '../limits.ts'
import type { FunctionMeters } from '../meters.ts'
import type { FunctionVersion } from '../version.ts'
import type { Concurrency } from './concurrency.ts'
import type { Environment, Outcome } from './environment.ts'
import { closeLog, type ErrorReport, exitReport, type Invocation, reportOf, timeoutReport } from './invocation.ts'
import { LogTail } from './log-tail.ts'
import type { Place, Pool, Warm } from './pool.ts'
import { lakeTime, type StartingNeeds, startEnvironment } from './starting.ts'
import { ZipMistake } from './zip.ts'

export interface Order {
  readonly version: FunctionVersion
  /** As the caller named it, with its qualifier. */
  readonly arn: string
  readonly event: Uint8Array
  readonly requestId: string
  readonly signal: AbortSignal
  readonly clientContext?: string
}

interface Ready {
  readonly warm: Warm
  readonly initMilliseconds?: number
  /** Of the function's time, when the handler was loaded in it. */
  readonly spentMilliseconds: number
}

/** The handler could not be loaded. */
interface Unready {
  readonly outcome: Outcome
  readonly environment: Environment
  readonly initMilliseconds: number
}

const credentialMarginMilliseconds = 60_000

export class Executions {
  readonly #needs: StartingNeeds
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #endpoint: () => string | undefined
  readonly #concurrency: Concurrency
  readonly #meters: FunctionMeters

  constructor(
    needs: StartingNeeds,
    of: { pool: Pool; concurrency: Concurrency; meters: FunctionMeters; endpoint: () => string | undefined },
  ) {
    this.#needs = needs
    this.#pool = of.pool
    this.#clock = needs.realClock
    this.#endpoint = of.endpoint
    this.#concurrency = of.concurrency
    this.#meters = of.meters
  }

  /** Rejects with a fault, or with the signal's reason; never for what the function does. */
  async run(order: Order): Promise<Invocation> {
    order.signal.throwIfAborted()
    try {
      using admitted = this.#concurrency.admit(order.version)
      this.#meters.began(order.version, admitted.concurrent)
      const invocation = await this.#execute(order)
      this.#meters.invoked(order.version, invocation)
      return invocation
    } catch (cause) {
      if (cause instanceof TooManyRequestsException) this.#meters.throttled(order.version)
      throw cause
    }
  }

  async #execute(order: Order): Promise<Invocation> {
    const log = new LogTail()
    const ready = await this.#ready(order, log)
    log.line(`START RequestId: ${order.requestId} Version: ${order.version.version}`)
    if ('outcome' in ready) return this.#failedInit(order, ready, log)
    return this.#invoke(order, ready, log)
  }

  async #invoke(order: Order, ready: Ready, log: LogTail): Promise<Invocation> {
    const { version, requestId, arn, event, clientContext } = order
    const { environment } = ready.warm
    const remaining = version.settings.timeoutSeconds * 1000 - ready.spentMilliseconds
    const from = this.#clock.elapsed()
    const outcome = await this.#within(environment, remaining, order.signal, () =>
      environment.invoke(
        {
          ...{ requestId, arn },
          mark: `\0${this.#needs.random.hex(16)}\n`,
          remainingMilliseconds: remaining,
          ...lakeTime(this.#needs.clock, this.#clock),
          ...(clientContext !== undefined && { clientContext }),
        },
        event,
        text => log.add(text),
      ),
    )
    const durationMilliseconds = this.#clock.elapsed() - from + ready.spentMilliseconds
    if (outcome.kind === 'ended' || outcome.kind === 'given up') void this.#pool.drop(ready.warm, 'unused')
    else this.#pool.put(ready.warm)
    order.signal.throwIfAborted()
    const { initMilliseconds } = ready
    const figures = {
      ...{ durationMilliseconds, usedBytes: environment.usedBytes },
      ...(initMilliseconds !== undefined && { initMilliseconds }),
    }
    return this.#answer(order, outcome, figures, log)
  }

  #failedInit(order: Order, { outcome, environment, initMilliseconds }: Unready, log: LogTail): Invocation {
    order.signal.throwIfAborted()
    const figures = { durationMilliseconds: initMilliseconds, usedBytes: environment.usedBytes }
    return this.#answer(order, outcome, figures, log)
  }

  #answer(
    { requestId, version }: Order,
    outcome: Outcome,
    figures: { durationMilliseconds: number; usedBytes: number; initMilliseconds?: number },
    log: LogTail,
  ): Invocation {
    const { durationMilliseconds } = figures
    const error = errorOf(requestId, outcome, version)
    if (error?.errorType === 'Sandbox.Timedout')
      log.line(
        `${new Date(this.#needs.clock.now()).toISOString()} ${requestId} Task timed out after ${version.settings.timeoutSeconds.toFixed(2)} seconds\n`,
      )
    else if (error?.errorType === 'Runtime.ExitError') log.line(error.errorMessage)
    closeLog(log, requestId, version, figures, error)
    const done = { durationMilliseconds, logTail: log.text }
    if (error === undefined) return { payload: outcome.kind === 'answered' ? outcome.body : new Uint8Array(), ...done }
    // The function's own error goes out as the function made it, with its trace.
    const payload = 'body' in outcome ? outcome.body : Buffer.from(JSON.stringify(error))
    return { payload, error: 'Unhandled', message: `${error.errorType}: ${error.errorMessage}`, ...done }
  }

  async #ready(order: Order, log: LogTail): Promise<Ready | Unready> {
    const { version, signal } = order
    const endpoint = this.#endpoint()
    const key = `${version.account}/${version.region}/${version.name}/${version.version}/${version.revision}/${endpoint ?? ''}`
    const usableUntil = this.#needs.clock.now() + version.settings.timeoutSeconds * 1000 + credentialMarginMilliseconds
    const found = await this.#acquire(key, one => one.expiresAt > usableUntil, signal)
    if ('environment' in found) {
      log.add(found.environment.takePending())
      return { warm: found, spentMilliseconds: 0 }
    }
    const first = await this.#start(found, version, key, endpoint, initSecondsMax * 1000, signal)
    const isSlow = 'outcome' in first && first.outcome.kind === 'ended' && first.outcome.reason === 'timeout'
    // As AWS does: what takes longer than the Init phase is tried once more, in the function's own time.
    const again = isSlow ? await this.#acquire(key, () => false, signal) : undefined
    const last =
      again !== undefined && 'leave' in again
        ? await this.#start(again, version, key, endpoint, version.settings.timeoutSeconds * 1000, signal)
        : first
    const { environment } = 'warm' in last ? last.warm : last
    log.add(environment.takePending())
    return isSlow && 'warm' in last ? { ...last, spentMilliseconds: last.initMilliseconds ?? 0 } : last
  }

  async #acquire(key: string, fits: (warm: Warm) => boolean, signal: AbortSignal): Promise<Warm | Place> {
    const found = await this.#pool.acquire(key, fits, signal)
    signal.throwIfAborted()
    if (found === undefined) throw throttled('ConcurrentInvocationLimitExceeded')
    return found
  }

  async #start(
    place: Place,
    version: FunctionVersion,
    key: string,
    endpoint: string | undefined,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Ready | Unready> {
    let deadline: Disposable | undefined
    try {
      const { warm, outcome, initMilliseconds } = await startEnvironment(
        this.#needs,
        version,
        key,
        endpoint,
        started => {
          deadline = this.#deadline(started, milliseconds, signal)
        },
      )
      this.#pool.add(warm, place)
      if (outcome.kind === 'ready') return { warm, initMilliseconds, spentMilliseconds: 0 }
      const { environment } = warm
      await this.#pool.drop(warm, 'unused')
      return { outcome, environment, initMilliseconds }
    } catch (cause) {
      place.leave()
      // The package was whole when it came; a limit may have changed since.
      if (cause instanceof ZipMistake) throw invalid(cause.message)
      throw cause
    } finally {
      deadline?.[Symbol.dispose]()
    }
  }

  async #within<T>(
    environment: Environment,
    milliseconds: number,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    using _deadline = this.#deadline(environment, milliseconds, signal)
    return await work()
  }

  /** Ends the process when its time is up, or when its caller gives up. */
  #deadline(environment: Environment, milliseconds: number, signal: AbortSignal): Disposable {
    const appointment = this.#clock.at(this.#clock.now() + milliseconds, "a function's time-out", () => {
      void environment.kill('timeout')
    })
    const giveUp = () => void environment.kill('caller')
    signal.addEventListener('abort', giveUp, { once: true })
    // Before anybody listened.
    if (signal.aborted) giveUp()
    return {
      [Symbol.dispose]() {
        appointment.cancel()
        signal.removeEventListener('abort', giveUp)
      },
    }
  }
}

function errorOf(requestId: string, outcome: Outcome, version: FunctionVersion): ErrorReport | undefined {
  if (outcome.kind === 'failed' || outcome.kind === 'given up') return reportOf(outcome.body)
  if (outcome.kind === 'ended')
    return outcome.reason === 'timeout' ? timeoutReport(requestId, version) : exitReport(requestId, outcome, version)
  return undefined
}
