// The thread in which jq runs: takes one task at a time and answers it. It may be ended at any moment.

import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Extracted, Task } from './messages.ts'
import { extracted, programOf, unreadable } from './program.ts'
import { JqRuntime } from './runtime.ts'

const { memoryBytesMax } = workerData as { readonly memoryBytesMax: number }
const runtime = new JqRuntime(memoryBytesMax)

parentPort?.on('message', async (task: Task) => {
  const answer = task.kind === 'check' ? await check(task.query) : await extract(task)
  parentPort?.postMessage(answer satisfies Answer)
})

await runtime.open()
parentPort?.postMessage({ kind: 'ready' } satisfies Answer)

/** Without input nothing is run: jq only compiles. Alone first, so that no bracket of ours completes a broken query. */
async function check(query: string): Promise<Answer> {
  for (const program of [query, programOf(query)]) {
    const { code, errors } = await runtime.run(program, new Uint8Array(0))
    if (code !== 0) return { kind: 'checked', mistake: mistakeOf(errors) }
  }
  return { kind: 'checked', mistake: undefined }
}

function mistakeOf(errors: string): string {
  const lines = errors.split('\n').filter(line => !/^jq: \d+ compile errors?$/.test(line))
  const [first = 'jq refuses it'] = lines
  return first
    .replace(/^jq: error: /, '')
    .replace(' (Unix shell quoting issues?)', '')
    .trim()
}

async function extract(task: Extract<Task, { kind: 'extract' }>): Promise<Answer> {
  const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.length)
  const results: Extracted[] = []
  const asked: number[] = []
  const readable: Buffer[] = []
  let from = 0
  for (const [index, length] of task.lengths.entries()) {
    const error = unreadable(bytes.subarray(from, from + length))
    if (error === undefined) {
      asked.push(index)
      readable.push(bytes.subarray(from, from + length + 1))
    } else results[index] = { error }
    from += length + 1
  }
  if (asked.length === 0) return { kind: 'extracted', results }
  const input = asked.length === task.lengths.length ? bytes : Buffer.concat(readable)
  const { code, output, errors } = await runtime.run(programOf(task.query), input)
  const lines = Buffer.from(output.buffer, output.byteOffset, output.length).toString().split('\n')
  lines.pop()
  // A query that ends the run or reads on by itself, a document deeper than jq goes, a lack of memory.
  if (code !== 0 || lines.length !== asked.length) return { kind: 'confused', why: whyOf(errors) }
  // Many records have the same keys: one object stands for all of them, also on the way back.
  const known = new Map<string, Extracted>()
  for (const [at, index] of asked.entries()) {
    const line = lines[at] ?? ''
    const result = known.get(line) ?? extracted(line)
    known.set(line, result)
    results[index] = result
  }
  return { kind: 'extracted', results }
}

function whyOf(errors: string): string {
  const [first = ''] = errors.split('\n')
  return first.replace(/^jq: (error: )?/, '') || 'the query makes nothing of a record'
}
