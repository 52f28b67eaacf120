/**
 * Runs the module of a job over batches of rows, in a process of its own with nothing but its code, the rows, a directory to write
 * in and, where the lake listens, the lake's endpoint with the role's credentials. One process a run; never in the lake's own.
 */
import type { Scratch } from '../../durable/blobs.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import { batchMemoryMebibytes, batchProcessesMax, batchStorageMebibytes } from './limits.ts'
import { ModuleFailed } from './module-fault.ts'
import type { BatchFigures, BatchTask } from './process/batch-task.ts'
import { layOutBatch } from './runtime/batch-files.ts'
import { Environment, type Outcome } from './runtime/environment.ts'
import { LogTail } from './runtime/log-tail.ts'
import { type Credentials, lakeTime } from './runtime/starting.ts'
import { Turns } from './runtime/turns.ts'

export interface BatchRequest extends Omit<BatchTask, 'output' | 'deadLetters'> {
  /** The module's text, and what it is by the end of its name: `.mjs`, `.js`, `.ts`. */
  readonly module: { readonly text: string; readonly extension: string }
  readonly role: string
  /** Names the run in the log. */
  readonly run: string
  readonly account: string
  readonly region: string
  /** Lines that come first among the dead letters. */
  readonly deadLettersBefore?: string | undefined
  /** In which the two files lie afterwards. */
  readonly temporary: string
  readonly signal: AbortSignal
  readonly deadlineMilliseconds: number
}

export interface BatchResult extends BatchFigures {
  readonly output: { readonly file: string; readonly bytes: number }
  readonly deadLettersFile: string
  /** The end of what the module wrote to stdout and stderr. */
  readonly log: string
}

export interface BatchNeeds {
  readonly scratch: () => Promise<Scratch>
  readonly clock: Clock
  /** The machine's. */
  readonly realClock: Clock
  readonly random: Random
  readonly log: Log
  /** Undefined where the role is not there, or does not trust Glue. */
  readonly lend: (role: string, session: string, seconds: number) => Promise<Credentials | undefined>
  readonly endpoint: () => string | undefined
}

/** Between the warning and the end. */
const graceMilliseconds = 500
const credentialSecondsMax = 12 * 3600
const credentialSecondsMin = 900

export class Batches {
  readonly #needs: BatchNeeds
  readonly #turns = new Turns(batchProcessesMax)

  constructor(needs: BatchNeeds) {
    this.#needs = needs
  }

  /** Rejects with ModuleFailed, or with the signal's reason. */
  async run(request: BatchRequest): Promise<BatchResult> {
    const { signal } = request
    const { realClock, clock } = this.#needs
    using _turn = await this.#turns.take(signal)
    await using code = await this.#needs.scratch()
    const files = await layOutBatch(code.path, request)
    const environment = await this.#start(request, files)
    const log = new LogTail()
    using _ended = this.#ending(environment, request)
    try {
      const ready = await environment.init(lakeTime(clock, realClock))
      log.add(environment.takePending())
      const outcome = ready.kind === 'ready' ? await this.#invoke(environment, request, files, log) : ready
      signal.throwIfAborted()
      if (outcome.kind !== 'answered') throw failure(outcome, request, log.text)
      const figures = JSON.parse(Buffer.from(outcome.body).toString('utf8')) as BatchFigures
      return { ...figures, ...(await files.written()), log: log.text }
    } finally {
      await environment.kill('unused')
    }
  }

  async #start(request: BatchRequest, files: Awaited<ReturnType<typeof layOutBatch>>): Promise<Environment> {
    const { realClock, log } = this.#needs
    const endpoint = this.#needs.endpoint()
    return new Environment(
      {
        code: files.root,
        temporary: files.temporary,
        readable: [files.input],
        runs: 'batch-main',
        hasNetwork: endpoint !== undefined,
        memoryMebibytes: batchMemoryMebibytes,
        storageMebibytes: batchStorageMebibytes,
        mapsSources: false,
        init: {
          handler: files.module,
          runtime: '',
          environment: {
            AWS_REGION: request.region,
            AWS_DEFAULT_REGION: request.region,
            ...(endpoint !== undefined && (await this.#access(request, endpoint))),
          },
        },
      },
      realClock,
      log,
    )
  }

  /** What the SDK's clients read from the environment. */
  async #access(request: BatchRequest, endpoint: string): Promise<Readonly<Record<string, string>>> {
    const wanted = Math.ceil(request.deadlineMilliseconds / 1000) + 60
    const seconds = Math.min(credentialSecondsMax, Math.max(credentialSecondsMin, wanted))
    const lent = await this.#needs.lend(request.role, request.run.slice(0, 64), seconds)
    return {
      AWS_ENDPOINT_URL: endpoint,
      ...(lent && {
        AWS_ACCESS_KEY_ID: lent.accessKeyId,
        AWS_SECRET_ACCESS_KEY: lent.secretAccessKey,
        AWS_SESSION_TOKEN: lent.sessionToken,
      }),
    }
  }

  #invoke(
    environment: Environment,
    request: BatchRequest,
    files: Awaited<ReturnType<typeof layOutBatch>>,
    log: LogTail,
  ): Promise<Outcome> {
    const { source, target, batchRows, now } = request
    const task: BatchTask = {
      ...{ source, target, batchRows, now, arguments: request.arguments },
      ...{ input: files.input, output: files.output, deadLetters: files.deadLetters },
    }
    return environment.invoke(
      {
        ...{ requestId: request.run, arn: '' },
        mark: `\0${this.#needs.random.hex(16)}\n`,
        remainingMilliseconds: request.deadlineMilliseconds,
        ...lakeTime(this.#needs.clock, this.#needs.realClock),
      },
      Buffer.from(JSON.stringify(task)),
      text => log.add(text),
    )
  }

  /** Ends the process when its time is up, or when the run is. */
  #ending(environment: Environment, { signal, deadlineMilliseconds }: BatchRequest): Disposable {
    const { realClock } = this.#needs
    const inTime = realClock.at(realClock.now() + deadlineMilliseconds, "a job's time-out", () => {
      void environment.kill('timeout')
    })
    let inGrace: Appointment | undefined
    const stop = () => {
      environment.warn()
      const at = realClock.now() + graceMilliseconds
      inGrace = realClock.at(at, "the end of a job's module", () => environment.kill('caller'))
    }
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    return {
      [Symbol.dispose]() {
        inTime.cancel()
        inGrace?.cancel()
        signal.removeEventListener('abort', stop)
      },
    }
  }
}

function failure(outcome: Outcome, request: BatchRequest, log: string): ModuleFailed {
  const seconds = Math.round(request.deadlineMilliseconds / 1000)
  const failed = (message: string, isTimeout = false) =>
    new ModuleFailed(`${message} Nothing was written.`, { isTimeout, log })
  if (outcome.kind === 'failed' || outcome.kind === 'given up') {
    const { errorType, errorMessage } = told(outcome.body)
    return failed(`${errorType}: ${errorMessage}`)
  }
  if (outcome.kind !== 'ended') return failed('The module did not do what it was told.')
  if (outcome.reason === 'timeout')
    return failed(`The module did not end within the ${seconds} seconds of the run's time-out and was stopped.`, true)
  if (outcome.reason === 'memory')
    return failed(
      `The module took more than ${batchMemoryMebibytes} MiB of memory and was stopped. It gets its rows in batches: keep none of them, or set --BATCH_ROWS lower.`,
    )
  if (outcome.reason === 'storage')
    return failed(`The module wrote more than ${batchStorageMebibytes} MiB to the disk and was stopped.`)
  return failed(`The module's process ended by itself (${outcome.signal ?? `exit status ${outcome.code}`}).`)
}

function told(body: Uint8Array): { readonly errorType: string; readonly errorMessage: string } {
  try {
    const { errorType, errorMessage } = JSON.parse(Buffer.from(body).toString('utf8')) as Record<string, unknown>
    return { errorType: String(errorType), errorMessage: String(errorMessage) }
  } catch {
    return { errorType: 'Error', errorMessage: 'The module failed, and its error is no JSON.' }
  }
}
