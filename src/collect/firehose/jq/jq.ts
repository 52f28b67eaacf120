// Partition keys out of records, by the real jq: in a thread of its own with bounded memory, because a query is a program
// that may never end. The thread starts when it is needed, ends after a minute without work, and is ended when a task
// works too long. AWS runs jq 1.6 and this is 1.7.1: it knows more (`if` without `else`, `pick`), and it keeps the
// digits of large numbers.
//
//   documents ─▶ batches ─▶ one run of jq each ─▶ as many results ─▶ keys or an error a document
//                              └─ too late, too large, too few results: the halves by themselves, down to the one

import { Worker } from 'node:worker_threads'
import type { Appointment, Clock } from '../../../world/clock.ts'
import { ownFile } from '../../../world/own-files.ts'
import type { Answer, Extracted, Task } from './messages.ts'

const batchDocumentsMax = 5000
const batchBytesMax = 4 * 1024 ** 2
const memoryBytesMaxDefault = 256 * 1024 ** 2
const deadlineMillisecondsDefault = 1000
/** What a document may add to the deadline of its batch; it takes a twentieth of that. */
const millisecondsADocument = 0.5
/** So many deadlines may pass while the documents that never end are looked for. */
const patience = 30
const idleMilliseconds = 60_000
/** By the wall clock a task may take so many times its deadline. */
const wallTimes = 30

export class Jq {
  readonly #clock: Clock
  readonly #deadlineMilliseconds: number
  readonly #memoryBytesMax: number
  #thread: Worker | undefined
  #idle: Appointment | undefined
  /** The thread does one thing after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  /** `clock` is always the machine's own: a deadline is about the machine. It is that of one document. */
  constructor(options: { clock: Clock; deadlineMilliseconds?: number; memoryBytesMax?: number }) {
    this.#clock = options.clock
    this.#deadlineMilliseconds = options.deadlineMilliseconds ?? deadlineMillisecondsDefault
    this.#memoryBytesMax = options.memoryBytesMax ?? memoryBytesMaxDefault
  }

  /** The mistake in a query, or undefined. */
  async check(query: string): Promise<string | undefined> {
    const answer = await this.#ask({ kind: 'check', query }, this.#deadlineMilliseconds * 5)
    if (answer.kind === 'checked') return answer.mistake
    return answer.kind === 'confused' ? answer.why : undefined
  }

  /** Of each document, in their order, its keys or why it has none. */
  async extract(query: string, documents: readonly Uint8Array[]): Promise<readonly Extracted[]> {
    const results: Extracted[] = []
    const search = { lostMilliseconds: 0 }
    for (let from = 0; from < documents.length; ) {
      let to = from
      for (let bytes = 0; to < documents.length && to - from < batchDocumentsMax; to += 1) {
        bytes += documents[to]?.length ?? 0
        if (bytes > batchBytesMax && to > from) break
      }
      results.push(...(await this.#batch(query, documents.slice(from, to), search)))
      from = to
    }
    return results
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #batch(
    query: string,
    documents: readonly Uint8Array[],
    search: { lostMilliseconds: number },
  ): Promise<readonly Extracted[]> {
    if (search.lostMilliseconds > patience * this.#deadlineMilliseconds) {
      return documents.map(() => ({ error: 'The query did not end for too many records before this one' }))
    }
    const deadline = this.#deadlineMilliseconds + documents.length * millisecondsADocument
    const answer = await this.#ask({ kind: 'extract', query, ...lined(documents) }, deadline)
    if (answer.kind === 'extracted') return answer.results
    if (answer.kind === 'late') search.lostMilliseconds += deadline
    if (documents.length > 1) {
      const half = documents.length >> 1
      const first = await this.#batch(query, documents.slice(0, half), search)
      return [...first, ...(await this.#batch(query, documents.slice(half), search))]
    }
    const error =
      answer.kind === 'confused' ? `The query failed: ${answer.why}` : `The query did not end in ${deadline} ms`
    return [{ error }]
  }

  #ask(task: Task, deadlineMilliseconds: number): Promise<Answer | { readonly kind: 'late' }> {
    const turn = this.#last.then(() => this.#run(task, deadlineMilliseconds))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #run(task: Task, deadlineMilliseconds: number): Promise<Answer | { readonly kind: 'late' }> {
    if (this.#closed) throw new Error('jq is closed')
    this.#idle?.cancel()
    const thread = this.#thread ?? (await this.#start())
    thread.ref()
    const late = new AbortController()
    const answered = heard(thread, late.signal)
    thread.postMessage(task, task.kind === 'extract' ? [task.bytes.buffer] : [])
    using _ = this.#deadline(thread, deadlineMilliseconds, late)
    const answer = await answered
    if (this.#closed) throw new Error('jq is closed')
    if (answer.kind === 'late') await this.#end()
    else if (this.#thread === thread) this.#rest(thread)
    return answer
  }

  /** Of the time that the thread works: that the machine is busy with other things, or sleeps, is no query's fault. */
  #deadline(thread: Worker, milliseconds: number, late: AbortController): Disposable {
    const givenUpAt = this.#clock.now() + milliseconds * wallTimes
    let appointment: Appointment | undefined
    let answered = false
    // A thread that has ended tells by its end, which is heard.
    const worked = (since?: NodeJS.CpuUsage) => thread.cpuUsage(since).catch(() => undefined)
    const look = (since: NodeJS.CpuUsage, left: number): void => {
      if (answered) return
      if (left <= 0 || this.#clock.now() >= givenUpAt) {
        late.abort()
        return
      }
      appointment = this.#clock.at(this.#clock.now() + left, 'jq deadline', async () => {
        const usage = await worked(since)
        if (usage) look(since, milliseconds - (usage.user + usage.system) / 1000)
      })
    }
    worked().then(since => since && look(since, milliseconds))
    return {
      [Symbol.dispose]() {
        answered = true
        appointment?.cancel()
      },
    }
  }

  /** When it has loaded jq: how long that takes is no query's fault. */
  async #start(): Promise<Worker> {
    const thread = new Worker(ownFile('collect/firehose/jq/thread'), {
      workerData: { memoryBytesMax: this.#memoryBytesMax },
      // The library says on the console what its errors say as well.
      ...{ stdout: true, stderr: true, env: {}, execArgv: [] },
      resourceLimits: { maxOldGenerationSizeMb: this.#memoryBytesMax / 1024 ** 2 },
    })
    this.#thread = thread
    const gone = () => {
      if (this.#thread === thread) this.#thread = undefined
    }
    thread.on('error', gone).on('exit', gone)
    const answer = await heard(thread)
    if (answer.kind !== 'ready')
      throw new Error(`jq could not be started: ${'why' in answer ? answer.why : answer.kind}`)
    return thread
  }

  #rest(thread: Worker): void {
    thread.unref()
    this.#idle = this.#clock.at(this.#clock.now() + idleMilliseconds, 'idle jq thread', () => this.#end())
  }

  async #end(): Promise<void> {
    this.#idle?.cancel()
    const thread = this.#thread
    this.#thread = undefined
    await thread?.terminate()
  }
}

/** What a thread says next, or what became of it. It ends by itself when it outgrows its memory. */
function heard(thread: Worker, signal?: AbortSignal): Promise<Answer | { readonly kind: 'late' }> {
  return new Promise(resolve => {
    const settle = (answer: Answer | { readonly kind: 'late' }) => {
      thread.off('message', settle).off('error', failed).off('exit', ended)
      signal?.removeEventListener('abort', late)
      resolve(answer)
    }
    const failed = (cause: Error) => settle({ kind: 'confused', why: cause.message })
    const ended = () => settle({ kind: 'confused', why: 'the thread of jq ended' })
    const late = () => settle({ kind: 'late' })
    thread.on('message', settle).on('error', failed).on('exit', ended)
    signal?.addEventListener('abort', late)
  })
}

/** In a buffer of their own, which goes over to the thread. */
function lined(documents: readonly Uint8Array[]): Pick<Extract<Task, { kind: 'extract' }>, 'bytes' | 'lengths'> {
  const lengths = documents.map(document => document.length)
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length + 1, 0))
  let at = 0
  for (const document of documents) {
    bytes.set(document, at)
    at += document.length
    bytes[at] = 0x0a
    at += 1
  }
  return { bytes, lengths }
}
