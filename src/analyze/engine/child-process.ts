// One child of the engine, seen from the lake's process: started with an empty environment, given one task at a time,
// killed at once when its time is up. It knows no SQL and opens no file.

import { type ChildProcess, fork } from 'node:child_process'
import type { Log } from '../../world/log.ts'
import { ownFile } from '../../world/own-files.ts'
import { EngineFault } from './fault.ts'
import type { FromChild, Limits, Outcome, Question, Task, ToChild } from './protocol.ts'
import { keepTexts, textsOf } from './texts-of-late.ts'

/** A directory of the child's own, removed when the child has ended. */
export interface Scratch extends AsyncDisposable {
  readonly path: string
}

export type Answer = (question: Question) => Promise<unknown>

interface Running {
  readonly task: Task
  readonly answer: Answer
  readonly resolve: (outcome: { value: Outcome; residentBytes: number }) => void
  readonly reject: (cause: unknown) => void
}

/** What a child's stderr is, beyond its declared type. */
interface Pipe {
  ref(): void
  unref(): void
}

/** Enough of what a dying process says to tell why. */
const complaintBytesMax = 4096
/** A child that has had as many tasks has a parser that is quick. */
const youngTasks = 4

export class EngineChild {
  readonly #process: ChildProcess
  readonly #ended: Promise<void>
  #scratch: Promise<Scratch | undefined> = Promise.resolve(undefined)
  #log: Log
  #running: Running | undefined
  #refusal: { readonly cause: unknown } | undefined
  #complaint = ''
  #tasks = 0
  #isOtherLake = false
  #alive = true

  /** Without `scratch` each query opens an instance of DuckDB. */
  constructor(limits: Limits, scratch: Promise<Scratch> | undefined, log: Log) {
    this.#log = log
    this.join(scratch, log)
    this.#process = fork(ownFile('analyze/engine/process/main'), [JSON.stringify(limits)], {
      // Nothing of the lake's environment: no credentials, no options meant for the lake's own process.
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    this.#process.on('message', message => this.#hear(message as FromChild))
    this.#process.stderr?.on('data', (bytes: Uint8Array) => {
      this.#complaint = (this.#complaint + Buffer.from(bytes).toString('utf8')).slice(-complaintBytesMax)
    })
    const exited = new Promise<void>(resolve => {
      this.#process.once('error', cause => this.#gone(`could not be started: ${cause.message}`, resolve))
      this.#process.once('exit', (code, signal) =>
        this.#gone(signal === null ? `ended with code ${code}` : `was ended by ${signal}`, resolve),
      )
    })
    this.#ended = exited
      .then(() => this.leave())
      .catch(cause => this.#log.error("the query engine's directory could not be removed; the next start will", cause))
    this.idle()
  }

  /** From now on it works for whoever made this directory. */
  join(scratch: Promise<Scratch> | undefined, log: Log): void {
    this.#isOtherLake = true
    this.#log = log
    this.#scratch = Promise.resolve(scratch).catch(cause => {
      log.error('the query engine goes without a directory of its own, and slower', cause)
      return undefined
    })
  }

  /** Gives its directory up. */
  async leave(): Promise<void> {
    const scratch = this.#scratch
    this.#scratch = Promise.resolve(undefined)
    const made = await scratch
    await made?.[Symbol.asyncDispose]()
  }

  get alive(): boolean {
    return this.#alive
  }

  /** An idle child does not keep the lake's process alive. */
  idle(): void {
    this.#process.unref()
    this.#process.channel?.unref()
    ;(this.#process.stderr as Pipe | null)?.unref()
  }

  /** `threads`: how many processors the task may have. */
  run(task: Task, threads: number, answer: Answer): Promise<{ value: Outcome; residentBytes: number }> {
    this.#process.ref()
    this.#process.channel?.ref()
    ;(this.#process.stderr as Pipe | null)?.ref()
    this.#tasks += 1
    const parsed = this.#tasks <= youngTasks ? { parsed: textsOf(task) } : {}
    return new Promise((resolve, reject) => {
      const running = { task, answer, resolve, reject }
      this.#running = running
      void this.#scratch.then(scratch => {
        // It may have been cancelled meanwhile.
        if (this.#running !== running) return
        const other = this.#isOtherLake ? { isOtherLake: true as const } : {}
        this.#isOtherLake = false
        this.#send({
          ...{ kind: 'task' as const, task, threads, ...parsed, ...other },
          ...(scratch === undefined ? {} : { directory: scratch.path }),
        })
      })
    })
  }

  /** Ends it at once; what it runs rejects with `fault`. */
  kill(fault: unknown): Promise<void> {
    this.#settle()?.reject(fault)
    this.#alive = false
    // Whoever waits for its end must be able to see it.
    this.#process.ref()
    this.#process.kill('SIGKILL')
    return this.#ended
  }

  #send(message: ToChild): void {
    this.#process.send(message, cause => {
      if (cause !== null)
        this.#settle()?.reject(
          new EngineFault('crashed', `The query engine cannot be reached: ${cause.message}`, undefined, cause),
        )
    })
  }

  #hear(message: FromChild): void {
    switch (message.kind) {
      case 'ready':
        return
      case 'call':
        void this.#answer(message.call, message.question)
        return
      case 'done':
        this.#done(message)
        return
      case 'failed':
        this.#failed(message.fault)
        return
    }
  }

  /** It may have come to its end while it was told to give up. */
  #done(outcome: Extract<FromChild, { kind: 'done' }>): void {
    const refusal = this.#refusal
    this.#refusal = undefined
    if (outcome.parsed !== undefined && this.#running !== undefined) keepTexts(this.#running.task, outcome.parsed)
    if (refusal === undefined) this.#settle()?.resolve(outcome)
    else this.#settle()?.reject(refusal.cause)
  }

  #failed(fault: Extract<FromChild, { kind: 'failed' }>['fault']): void {
    const refusal = this.#refusal
    this.#refusal = undefined
    const cause = refusal === undefined ? new EngineFault(fault.kind, fault.message, fault.position) : refusal.cause
    // Out of memory, it may be in the middle of anything: it is not trusted with another statement.
    if (fault.kind === 'resource') void this.kill(cause)
    else this.#settle()?.reject(cause)
  }

  async #answer(call: number, question: Question): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    try {
      const value = await running.answer(question)
      if (this.#running === running) this.#send({ kind: 'answer', call, value })
    } catch (cause) {
      // The caller's own error goes back to the caller as it is, once the child has given up the task.
      if (this.#running !== running) return
      this.#refusal = { cause }
      this.#send({ kind: 'refused', call })
    }
  }

  #settle(): Running | undefined {
    const running = this.#running
    this.#running = undefined
    return running
  }

  #gone(how: string, resolve: () => void): void {
    this.#alive = false
    const complaint = this.#complaint.trim()
    this.#settle()?.reject(
      new EngineFault(
        'crashed',
        `GENERIC_INTERNAL_ERROR: the query engine's process ${how}${complaint === '' ? '' : `: ${complaint}`}`,
      ),
    )
    resolve()
  }
}
