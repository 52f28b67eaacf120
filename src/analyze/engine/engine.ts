// The SQL engine of the lake: DuckDB in child processes, each with a bounded memory and a deadline, so that a statement
// which crashes, hangs or eats memory costs its own caller an error and nobody else anything. Children start on demand
// and end after a minute without work. What a table is comes from the caller; the engine knows no catalog and no bucket.

import type { Background } from '../../world/background.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import { type Answer, EngineChild, type Scratch } from './child-process.ts'
import { EngineFault } from './fault.ts'
import { limitsOf } from './limits.ts'
import type { Limits, Outcome, Question, TableDescription, Task } from './protocol.ts'
import type {
  ConvertRequest,
  ConvertResult,
  ExplainRequest,
  ExplainResult,
  QueryRequest,
  QueryResult,
  Reading,
  TableSource,
  TransformRequest,
  TransformResult,
} from './request.ts'
import { engineClosed, engineOpened, takeChild } from './spare-child.ts'

const idleMillisecondsMax = 60_000
const checkMillisecondsMax = 10_000
const readMax = 200
const readCharactersMax = 16 * 1024

export class Engine {
  readonly #clock: Clock
  readonly #limits: Limits
  readonly #childrenMax: number
  readonly #scratch: (() => Promise<Scratch>) | undefined
  readonly #log: Log
  /** Whether a child is to die of the task that it has just begun: for tests of what becomes of the task. */
  readonly #dooms: ((kind: Task['kind']) => boolean) | undefined
  readonly #all = new Set<EngineChild>()
  readonly #idle: { readonly child: EngineChild; readonly end: Appointment }[] = []
  readonly #waiting: (() => void)[] = []
  /** Texts of late that the parser reads. */
  readonly #read = new Set<string>()
  #closed = false
  #closing: Promise<void> | undefined

  /**
   * `clock` is always the machine's own: a deadline is about the machine, also where the lake's clock is simulated.
   * `scratch` makes a directory for a child, in the file system of the files that are read and of the result directories:
   * there one instance of DuckDB serves many queries, by hard links. Without it each query opens its own, and takes longer.
   */
  constructor(options: {
    background: Background
    clock: Clock
    log: Log
    memoryBytesMax?: number
    childrenMax?: number
    scratch?: (() => Promise<Scratch>) | undefined
    dooms?: ((kind: Task['kind']) => boolean) | undefined
  }) {
    this.#dooms = options.dooms
    this.#clock = options.clock
    this.#scratch = options.scratch
    this.#log = options.log
    this.#limits = limitsOf(options.memoryBytesMax)
    // One more than there are processors: while one of them translates or answers, the others have work for all.
    this.#childrenMax = options.childrenMax ?? this.#limits.threads + 1
    engineOpened()
    options.background.closing.addEventListener('abort', () => void this.close(), { once: true })
  }

  /** Runs one SELECT in a child. Rejects with EngineFault, or with what the request's own callbacks threw. */
  async query(request: QueryRequest): Promise<QueryResult> {
    const { sql, defaultDatabase, now, resultDirectory } = request
    const tables = new Tables(request.tables)
    const task: Task = { kind: 'query', sql, defaultDatabase, now, resultDirectory, ...tellingOf(request) }
    const result = await this.#run(task, request, async question =>
      question.name === 'scanned' ? followed(request, question) : tables.answer(question),
    )
    if (!('scannedBytes' in result)) throw new Error('a query answers with a query result')
    return result
  }

  /**
   * What the parser says against a SELECT, before it is anybody's query. Nobody waits for it behind other statements: where
   * every child is busy nothing is said, and the query itself fails of it.
   */
  async check(sql: string): Promise<EngineFault | undefined> {
    if (this.#read.has(sql) || (this.#idle.length === 0 && this.#all.size >= this.#childrenMax)) return undefined
    try {
      const signal = new AbortController().signal
      const request = { signal, deadlineMilliseconds: checkMillisecondsMax }
      await this.#run({ kind: 'check', sql }, request, () => Promise.reject(new Error('a check asks nothing')))
      this.#keepRead(sql)
      return undefined
    } catch (cause) {
      return cause instanceof EngineFault && cause.kind === 'syntax' ? cause : undefined
    }
  }

  #keepRead(sql: string): void {
    if (sql.length > readCharactersMax) return
    this.#read.add(sql)
    const [oldest] = this.#read
    if (this.#read.size > readMax && oldest !== undefined) this.#read.delete(oldest)
  }

  /** Says what a SELECT would give and read. */
  async explain(request: ExplainRequest): Promise<ExplainResult> {
    const { sql, defaultDatabase, now, resultDirectory } = request
    const tables = new Tables(request.tables)
    const { isOfColumns = false } = request
    const task: Task = { kind: 'explain', sql, defaultDatabase, now, resultDirectory, isOfColumns }
    const result = await this.#run(task, request, question => tables.answer(question))
    if (!('scans' in result)) throw new Error('an explanation answers with its scans')
    return result
  }

  /** Runs a job's script in a child. */
  async transform(request: TransformRequest): Promise<TransformResult> {
    const { script, defaultDatabase, now, source, scratchDirectory } = request
    const tables = new Tables(request.tables)
    const task: Task = {
      kind: 'transform',
      ...{ script, arguments: request.arguments, defaultDatabase, now, scratchDirectory },
      ...(source === undefined ? {} : { source }),
      ...tellingOf(request),
    }
    const result = await this.#run(task, request, async question => {
      if (question.name === 'scanned') return followed(request, question)
      return question.name === 'target'
        ? request.target(question.reference, question.isReplaced)
        : tables.answer(question)
    })
    if (!('recordsIn' in result)) throw new Error('a job answers with a job result')
    return result
  }

  /** Makes one Parquet file of JSON lines in a child, and names the lines that do not fit. */
  async convert(request: ConvertRequest): Promise<ConvertResult> {
    const { lines, columns, input, output, scratchDirectory } = request
    const task: Task = { kind: 'convert', lines, columns, input, output, scratchDirectory }
    const result = await this.#run(task, request, () => Promise.reject(new Error('a conversion asks nothing')))
    if (!('failed' in result)) throw new Error('a conversion answers with its failures')
    return result
  }

  /** Starts a child ahead of the first statement. */
  warm(): void {
    if (!this.#closed && this.#all.size === 0) this.#release(this.#start())
  }

  /** After it none of its children is left, but one that another engine of this process may take. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#closed = true
    for (const wake of this.#waiting.splice(0)) wake()
    for (const { end } of this.#idle) end.cancel()
    const kept = this.#idle.splice(0).find(({ child }) => child.alive)?.child
    if (kept !== undefined) this.#all.delete(kept)
    await Promise.all([
      ...[...this.#all].map(child => child.kill(cancelled('the lake is closing'))),
      engineClosed(kept, this.#limits, this.#clock),
    ])
  }

  async #run(
    task: Task,
    request: { readonly signal: AbortSignal; readonly deadlineMilliseconds: number },
    answer: Answer,
  ): Promise<Outcome> {
    const child = await this.#acquire(request.signal)
    const deadline = this.#clock.at(this.#clock.now() + request.deadlineMilliseconds, 'engine deadline', () => {
      const text = `Query timeout: the statement ran longer than ${request.deadlineMilliseconds} ms`
      void child.kill(new EngineFault('timeout', text))
    })
    const cancel = () => void child.kill(cancelled('cancelled by the caller'))
    request.signal.addEventListener('abort', cancel, { once: true })
    try {
      const running = child.run(task, this.#share, answer)
      if (this.#dooms?.(task.kind))
        void child.kill(new EngineFault('crashed', 'The query engine was ended by SIGKILL.'))
      const { value, residentBytes } = await running
      // What a large statement left behind in the allocator is given back by ending the child.
      if (residentBytes > this.#limits.residentBytesMax / 2) await child.kill(undefined)
      return value
    } finally {
      deadline.cancel()
      request.signal.removeEventListener('abort', cancel)
      this.#release(child)
    }
  }

  /** The processors for one of the children that are at work: threads that take them from each other's only look for work. */
  get #share(): number {
    const atWork = this.#all.size - this.#idle.length
    return Math.max(1, Math.floor(this.#limits.threads / Math.max(1, atWork)))
  }

  async #acquire(signal: AbortSignal): Promise<EngineChild> {
    for (;;) {
      if (this.#closed) throw cancelled('the lake is closing')
      if (signal.aborted) throw cancelled('cancelled by the caller')
      const idle = this.#idle.pop()
      idle?.end.cancel()
      if (idle?.child.alive) return idle.child
      if (idle !== undefined) this.#all.delete(idle.child)
      else if (this.#all.size < this.#childrenMax) return this.#start()
      else await this.#turn(signal)
    }
  }

  /** Resolves when a child may be free, or when the caller gives up. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1)
        resolve()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(wake)
    })
  }

  #start(): EngineChild {
    const kept = takeChild(this.#limits)
    const child = kept ?? new EngineChild(this.#limits, this.#scratch?.(), this.#log)
    kept?.join(this.#scratch?.(), this.#log)
    this.#all.add(child)
    return child
  }

  #release(child: EngineChild): void {
    if (child.alive && !this.#closed) {
      child.idle()
      const dueAt = this.#clock.now() + idleMillisecondsMax
      const end = this.#clock.at(dueAt, 'idle engine child', () => this.#endIdle(child))
      this.#idle.push({ child, end })
    } else {
      this.#all.delete(child)
    }
    this.#waiting.shift()?.()
  }

  async #endIdle(child: EngineChild): Promise<void> {
    const index = this.#idle.findIndex(idle => idle.child === child)
    if (index < 0) return
    this.#idle.splice(index, 1)
    this.#all.delete(child)
    await child.kill(undefined)
  }
}

const tellingOf = ({ reading }: { readonly reading?: Reading }) =>
  reading === undefined ? {} : { telling: { isBounded: reading.isBounded } }

function followed({ reading }: { readonly reading?: Reading }, asked: Extract<Question, { name: 'scanned' }>): true {
  reading?.told(asked.bytes, asked.atLeast)
  return true
}

function cancelled(why: string): EngineFault {
  return new EngineFault('cancelled', `Query cancelled: ${why}`)
}

/** The tables of one request: their descriptions cross to the child, their callbacks stay here. */
class Tables {
  readonly #find: QueryRequest['tables']
  readonly #found: TableSource[] = []

  constructor(find: QueryRequest['tables']) {
    this.#find = find
  }

  async answer(question: Question): Promise<unknown> {
    if (question.name === 'target' || question.name === 'scanned')
      throw new Error(`nobody here answers '${question.name}'`)
    if (question.name === 'files') {
      const table = this.#found[question.table]
      if (table === undefined) throw new Error(`no table ${question.table} was asked for`)
      return table.files(question.partitions, question.projected)
    }
    // The tables of a view's query are asked for after those of the statement.
    const found = await this.#find(question.references)
    this.#found.push(...found)
    return found.map((table): TableDescription => {
      const { files: _, partitions, ...description } = table
      const { partitionsKey } = description
      if (partitionsKey !== undefined && question.held.includes(partitionsKey))
        return { ...description, partitions: [], isHeld: true }
      // Whoever describes a table may know more of its partitions, which a hundred thousand times over takes seconds to cross.
      return { ...description, partitions: partitions.map(({ values }) => ({ values })) }
    })
  }
}
