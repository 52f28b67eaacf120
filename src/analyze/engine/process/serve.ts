// The work of the engine's child process: takes one task at a time, answers with its outcome, and ends itself when it outgrows
// its memory or when the lake's process is gone. It runs with an empty environment.

import { SystemClock } from '../../../world/clock.ts'
import { ConsoleLog } from '../../../world/log.ts'
import { statementOf } from '../../sql/translate.ts'
import { EngineFault } from '../fault.ts'
import type { Answers, Ask, FromChild, Outcome, Question, Task, ToChild } from '../protocol.ts'
import { runConvert } from './convert-task.ts'
import { runExplain } from './explain-task.ts'
import { faultOf } from './fault-of.ts'
import { forgetLake } from './kept-of-lake.ts'
import { instances, limits } from './opened.ts'
import { parsedTexts } from './parsed-texts.ts'
import { parse } from './parser.ts'
import { runQuery } from './query-task.ts'
import { runTransform } from './transform-task.ts'

const clock = new SystemClock(new ConsoleLog())
const memoryCheckMilliseconds = 50
const pending = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>()
let calls = 0
let hasBegun = false

function send(message: FromChild, then?: () => void): void {
  process.send?.(message, undefined, undefined, () => then?.())
}

const ask: Ask = <N extends keyof Answers>(question: Extract<Question, { name: N }>): Promise<Answers[N]> => {
  calls += 1
  const call = calls
  return new Promise((resolve, reject) => {
    // The two processes are of one build: what answers a question has the question's own type.
    pending.set(call, { resolve: value => resolve(value as Answers[N]), reject })
    send({ kind: 'call', call, question })
  })
}

/** Looks at the process's size while a task runs; DuckDB works on threads of its own, so this one is free to look. */
function watchMemory(residentBytesMax: number): { stop(): void } {
  let next = clock.at(clock.now() + memoryCheckMilliseconds, 'memory check', check)
  function check(): void {
    const resident = process.memoryUsage.rss()
    if (resident <= residentBytesMax) {
      next = clock.at(clock.now() + memoryCheckMilliseconds, 'memory check', check)
      return
    }
    const mebibytes = Math.round(residentBytesMax / 1024 ** 2)
    const message = `EXHAUSTED_RESOURCES: Query exhausted resources at this scale factor: it needed more than ${mebibytes} MiB`
    // Not process.exit: it would wait for threads that are busy eating memory.
    send({ kind: 'failed', fault: { kind: 'resource', message } }, () => process.kill(process.pid, 'SIGKILL'))
  }
  return { stop: () => next.cancel() }
}

async function leaveLake(): Promise<void> {
  forgetLake()
  await instances.leave()
}

async function run({
  task,
  directory,
  threads,
  parsed,
  isOtherLake,
}: Extract<ToChild, { kind: 'task' }>): Promise<void> {
  hasBegun = true
  parsedTexts.begin(parsed)
  instances.allow(threads)
  const watch = watchMemory(limits.residentBytesMax)
  try {
    if (isOtherLake) await leaveLake()
    const value = await outcomeOf(task, directory)
    send({ kind: 'done', value, residentBytes: process.memoryUsage.rss(), ...parsedTexts.told() })
  } catch (cause) {
    const { kind, message, position } = cause instanceof EngineFault ? cause : faultOf(cause)
    send({ kind: 'failed', fault: { kind, message, ...(position === undefined ? {} : { position }) } })
  } finally {
    watch.stop()
    // Not earlier: opening an instance would take the processor from the task.
    instances.prepare()
  }
}

async function checked(sql: string): Promise<Outcome> {
  statementOf(await parse(sql))
  return { isRead: true }
}

function outcomeOf(task: Task, directory: string | undefined): Promise<Outcome> {
  if (task.kind === 'check') return checked(task.sql)
  if (task.kind === 'query')
    return instances.query(task.resultDirectory, directory, place => runQuery(task, place, ask, clock))
  if (task.kind === 'explain')
    return instances.query(task.resultDirectory, directory, place => runExplain(task, place, ask, clock))
  if (task.kind === 'convert') {
    return instances.job(task.scratchDirectory, [], async place => {
      const { session } = await place.confine([])
      return runConvert(task, session)
    })
  }
  const paths = task.source?.files.map(file => file.file) ?? []
  return instances.job(task.scratchDirectory, paths, place => runTransform(task, place, ask, clock))
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'task') return void run(message)
  const call = pending.get(message.call)
  pending.delete(message.call)
  if (message.kind === 'refused') call?.reject(new EngineFault('cancelled', 'given up by the caller'))
  else call?.resolve(message.value)
})
// The lake is gone: nobody waits for anything, and busy threads are not waited for either.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

send({ kind: 'ready' })
// The first statement should not pay for the start of the parser; one that waits here already may not need it.
setImmediate(() => {
  if (!hasBegun) void parse('SELECT 1')
})
