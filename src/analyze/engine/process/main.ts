// The child process of the engine: takes one task at a time, answers with its outcome, and ends itself when it outgrows
// its memory or when the lake's process is gone. It runs with an empty environment.

import { SystemClock } from '../../../world/clock.ts'
import { ConsoleLog } from '../../../world/log.ts'
import { EngineFault } from '../fault.ts'
import type { Answers, Ask, FromChild, Limits, Question, Task, ToChild } from '../protocol.ts'
import { faultOf } from './fault-of.ts'
import { parse } from './parser.ts'
import { runQuery } from './query-task.ts'
import { Session } from './session.ts'
import { runTransform } from './transform-task.ts'

const clock = new SystemClock(new ConsoleLog())
const memoryCheckMilliseconds = 50
const pending = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>()
let calls = 0

// What the parent said when it started this process; the two are of one build.
const limits = JSON.parse(process.argv[2] ?? '{}') as Limits
/** Instances ready for the next tasks: opening one takes longer than a small query, so two are kept. */
const spares: Promise<Session>[] = [open()]
const sparesMax = 2

function open(): Promise<Session> {
  const session = Session.open(limits)
  // Awaited by the next task, which is told of a failure then.
  session.catch(() => undefined)
  return session
}

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

async function run(task: Task): Promise<void> {
  const watch = watchMemory(limits.residentBytesMax)
  const opening = spares.shift() ?? open()
  try {
    const session = await opening
    try {
      const value =
        task.kind === 'query'
          ? await runQuery(task, session, ask, clock)
          : await runTransform(task, session, ask, clock)
      send({ kind: 'done', value, residentBytes: process.memoryUsage.rss() })
    } finally {
      // Each task has an instance of its own; those of the next ones open while this one closes.
      while (spares.length < sparesMax) spares.push(open())
      await session[Symbol.asyncDispose]()
    }
  } catch (cause) {
    const { kind, message, position } = cause instanceof EngineFault ? cause : faultOf(cause)
    send({ kind: 'failed', fault: { kind, message, ...(position === undefined ? {} : { position }) } })
  } finally {
    watch.stop()
  }
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'task') return void run(message.task)
  const call = pending.get(message.call)
  pending.delete(message.call)
  if (message.kind === 'refused') call?.reject(new EngineFault('cancelled', 'given up by the caller'))
  else call?.resolve(message.value)
})
// The lake is gone: nobody waits for anything, and busy threads are not waited for either.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

// The first statement should not pay for the start of the parser.
parse('SELECT 1')
await spares[0]
send({ kind: 'ready' })
