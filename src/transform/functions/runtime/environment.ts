/**
 * One warm environment of a function: a Node process of its own, seen from the lake. It starts with an empty environment,
 * may read its code and write its own temporary directory, and may start no processes and no threads; its memory and its
 * disk are watched from outside. Whoever uses it sets the deadline, and kills it then.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import { home, ownFile } from '../../../world/own-files.ts'
import { answerBytesMax } from '../limits.ts'
import { encodeFrame, FrameReader, type FromFunction, type ToFunction } from '../process/frames.ts'
import { MarkedOutput } from './marked-output.ts'
import { bytesIn, residentBytesOf } from './usage.ts'

export type KilledFor = 'timeout' | 'memory' | 'storage' | 'caller' | 'unused' | 'forgery'

export type Outcome =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered' | 'failed' | 'given up'; readonly body: Uint8Array }
  | {
      readonly kind: 'ended'
      readonly code: number | null
      readonly signal: string | null
      readonly reason?: KilledFor
    }

export interface EnvironmentPlan {
  /** Where the code lies, unpacked. */
  readonly code: string
  /** Where the function may write. */
  readonly temporary: string
  readonly init: Omit<Extract<ToFunction, { kind: 'init' }>, 'kind' | 'lakeTime' | 'answerBytesMax'>
  readonly memoryMebibytes: number
  readonly storageMebibytes: number
  readonly mapsSources: boolean
  /** What the process runs: functions (`main`) unless given. */
  readonly runs?: 'main' | 'batch-main'
  /** Further files that it may read. */
  readonly readable?: readonly string[]
  /** Whether it has a network at all; it has unless told otherwise. */
  readonly hasNetwork?: boolean
}

const mebibyte = 1024 ** 2
const watchMilliseconds = 50
/** A walk through a directory each so many looks at the memory. */
const looksPerWalk = 10
const pendingCharactersMax = 4096
/** Errors with their traces come in frames as answers do. */
const frameBytesMax = answerBytesMax + 64 * 1024

const entries = {
  main: fileURLToPath(ownFile('transform/functions/process/main')),
  'batch-main': fileURLToPath(ownFile('transform/functions/process/batch-main')),
}
/** Says what kind of modules the runtime's own files are. */
const manifest = new URL('../package.json', home)

export class Environment {
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #outputs: readonly MarkedOutput[]
  readonly #handles: readonly { ref(): void; unref(): void }[]
  readonly #reader = new FrameReader(frameBytesMax)
  readonly #clock: Clock
  readonly #plan: EnvironmentPlan
  readonly #ended: Promise<void>
  #waiting: ((outcome: Outcome) => void) | undefined
  #sink: ((text: string) => void) | undefined
  /** What was said while nobody listened: during init, or after an answer. */
  #pending = ''
  #baseBytes: number | undefined
  #peakBytes = 0
  #reason: KilledFor | undefined
  #alive = true
  #started: (() => void) | undefined

  /** Nothing of the function's is loaded yet. Paths are absolute and real: permissions are about those. */
  constructor(plan: EnvironmentPlan, clock: Clock, log: Log) {
    this.#plan = plan
    this.#clock = clock
    this.#child = spawn(process.execPath, [...optionsOf(plan), entries[plan.runs ?? 'main']], {
      cwd: plan.code,
      // Nothing of the lake's, and nothing of the function's: NODE_OPTIONS or LD_PRELOAD would undo the permissions.
      env: { TZ: 'UTC', TMPDIR: plan.temporary, LANG: 'en_US.UTF-8' },
      // Frames go over 3; 4 says nothing, and closes with the lake.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    })
    const [, , , socket, lifeline] = this.#child.stdio as unknown as readonly Socket[]
    assert(socket !== undefined && lifeline !== undefined, 'a function has a socket and a lifeline')
    this.#socket = socket
    lifeline.on('error', () => {})
    this.#handles = [this.#child, ...(this.#child.stdio as unknown as (Socket | null)[]).filter(one => one !== null)]
    this.#socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    // A process that has ended takes nothing more; its exit tells.
    this.#socket.on('error', () => {})
    this.#outputs = [this.#child.stdout, this.#child.stderr].map(
      stream => new MarkedOutput(stream as Readable, text => this.#said(text)),
    )
    this.#ended = new Promise(resolve => {
      this.#child.once('error', cause => {
        log.error("a function's process could not be started", cause)
        this.#gone(null, 'SIGKILL', resolve)
      })
      // Not `exit`: what it has said last comes before `close`.
      this.#child.once('close', (code, signal) => this.#gone(code, signal, resolve))
    })
    this.idle()
  }

  get alive(): boolean {
    return this.#alive
  }

  /** Most that the function's code has taken, without what Node itself takes before any of it is loaded. */
  get usedBytes(): number {
    return Math.max(0, this.#peakBytes - (this.#baseBytes ?? this.#peakBytes))
  }

  /** Loads the handler. */
  async init(time: { readonly lakeTime?: number }): Promise<Outcome> {
    const outcome = this.#next()
    const started = new Promise<void>(resolve => {
      this.#started = resolve
    })
    await Promise.race([started, this.#ended])
    this.#baseBytes = await residentBytesOf(this.#child.pid ?? 0)
    this.#send({ kind: 'init', ...time, answerBytesMax, ...this.#plan.init })
    return outcome
  }

  /** One at a time. `sink` hears what the function says meanwhile. */
  async invoke(
    invocation: Omit<Extract<ToFunction, { kind: 'invoke' }>, 'kind'>,
    event: Uint8Array,
    sink: (text: string) => void,
  ): Promise<Outcome> {
    this.#sink = sink
    const outcome = this.#next()
    const marked = this.#outputs.map(output => output.until(invocation.mark))
    this.#send({ kind: 'invoke', ...invocation }, event)
    const reached = await outcome
    // What it said before its answer may still be on the way.
    await Promise.all(marked)
    await this.#look(true)
    this.#sink = undefined
    return this.#reason === 'storage' || this.#reason === 'memory' ? this.#endedOutcome(null, 'SIGKILL') : reached
  }

  /** What the environment said before its first invocation, or between two. */
  takePending(): string {
    const pending = this.#pending
    this.#pending = ''
    return pending
  }

  /** An idle environment does not keep the lake's process alive. */
  idle(): void {
    for (const handle of this.#handles) handle.unref()
  }

  /** Tells it that it will be killed. */
  warn(): void {
    this.#send({ kind: 'stop' })
  }

  kill(reason: KilledFor): Promise<void> {
    if (this.#alive) this.#reason ??= reason
    this.#ref()
    this.#child.kill('SIGKILL')
    return this.#ended
  }

  #ref(): void {
    for (const handle of this.#handles) handle.ref()
  }

  #next(): Promise<Outcome> {
    this.#ref()
    return new Promise(resolve => {
      if (!this.#alive) return resolve(this.#endedOutcome(null, 'SIGKILL'))
      this.#waiting = resolve
      this.#watch(0)
    })
  }

  #send(header: ToFunction, body?: Uint8Array): void {
    if (this.#alive) this.#socket.write(encodeFrame(header, body))
  }

  #hear(chunk: Uint8Array): void {
    try {
      for (const { header, body } of this.#reader.read(chunk)) {
        const { kind } = header as FromFunction
        if (kind === 'started') this.#started?.()
        else if (kind === 'ready') this.#settle({ kind })
        else if (kind === 'answered' || kind === 'failed' || kind === 'given up') this.#settle({ kind, body })
      }
    } catch {
      // No frame of the runtime's: the function has written into its socket.
      void this.kill('forgery')
    }
  }

  #said(text: string): void {
    if (this.#sink !== undefined) this.#sink(text)
    else this.#pending = (this.#pending + text).slice(-pendingCharactersMax)
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(outcome)
  }

  #gone(code: number | null, signal: string | null, resolve: () => void): void {
    this.#alive = false
    this.#settle(this.#endedOutcome(code, signal))
    resolve()
  }

  #endedOutcome(code: number | null, signal: string | null): Outcome {
    return { kind: 'ended', code, signal, ...(this.#reason !== undefined && { reason: this.#reason }) }
  }

  /** As long as somebody waits for it. */
  #watch(looks: number): void {
    this.#clock.at(this.#clock.now() + watchMilliseconds, "a look at a function's process", async () => {
      if (this.#waiting === undefined) return
      await this.#look(looks % looksPerWalk === looksPerWalk - 1)
      if (this.#waiting !== undefined) this.#watch(looks + 1)
    })
  }

  async #look(atDisk: boolean): Promise<void> {
    const resident = await residentBytesOf(this.#child.pid ?? 0)
    if (resident !== undefined) this.#peakBytes = Math.max(this.#peakBytes, resident)
    if (this.usedBytes > this.#plan.memoryMebibytes * mebibyte) await this.kill('memory')
    else if (atDisk && (await bytesIn(this.#plan.temporary)) > this.#plan.storageMebibytes * mebibyte)
      await this.kill('storage')
  }
}

/** V8 is told less than the whole, so that garbage is collected before the watch from outside has to end the process. */
function optionsOf(plan: EnvironmentPlan): readonly string[] {
  const { code, temporary, memoryMebibytes, mapsSources } = plan
  return [
    '--permission',
    ...(plan.hasNetwork === false ? [] : ['--allow-net']),
    // For the runtime's own one, which then gives the permission back.
    '--allow-worker',
    `--allow-fs-read=${join(code, '*')}`,
    `--allow-fs-read=${join(temporary, '*')}`,
    `--allow-fs-write=${join(temporary, '*')}`,
    ...(plan.readable ?? []).map(path => `--allow-fs-read=${path}`),
    `--allow-fs-read=${join(dirname(entries.main), '*')}`,
    `--allow-fs-read=${fileURLToPath(manifest)}`,
    // Reads and writes any file, whatever is permitted.
    '--no-experimental-sqlite',
    '--no-experimental-webstorage',
    '--disable-sigusr1',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=PERM0006',
    ...(mapsSources ? ['--enable-source-maps'] : []),
    `--max-old-space-size=${Math.floor(memoryMebibytes * 0.75)}`,
    `--max-semi-space-size=${Math.min(16, Math.max(1, Math.floor(memoryMebibytes / 64)))}`,
  ]
}
