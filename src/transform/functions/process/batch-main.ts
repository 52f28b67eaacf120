/**
 * The process of one run of a job's module: closes what Node's permissions leave open, loads the module, is given one task,
 * and answers with its figures. As `main.ts`, it starts with no environment variables.
 */
import net from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BatchTask } from './batch-task.ts'
import { BatchFailed, runBatches, type Transform } from './batches.ts'
import { captureConsole, setRequest } from './console-lines.ts'
import { allowOnly } from './endpoint-only.ts'
import { documentOf } from './errors.ts'
import { encodeFrame, FrameReader, type FromFunction, type ToFunction } from './frames.ts'
import { guard } from './guard.ts'
import { setLakeTime } from './lake-clock.ts'
import { holdLifeline } from './lifeline.ts'
import { shown } from './values.ts'

const socketDescriptor = 3
const taskBytesMax = 16 * 1024 * 1024
const root = process.cwd()
const socket = new net.Socket({ fd: socketDescriptor, readable: true, writable: true })
const reader = new FrameReader(taskBytesMax)
const stopping = new AbortController()
let transform: Transform | undefined

// Kept before the module can put its own in their place.
const outputs = [process.stdout, process.stderr].map(stream => stream.write.bind(stream))
const mark = (text: string): void => {
  for (const write of outputs) write(text)
}

const send = (header: FromFunction, body?: Uint8Array): Promise<void> =>
  new Promise(resolve => socket.write(encodeFrame(header, body), () => resolve()))

const sendError = (thrown: unknown, kind: 'failed' | 'given up'): Promise<void> =>
  send({ kind }, Buffer.from(JSON.stringify(documentOf(thrown))))

async function giveUp(thrown: unknown): Promise<void> {
  await sendError(thrown, 'given up')
  process.exit(1)
}

async function init(frame: Extract<ToFunction, { kind: 'init' }>): Promise<void> {
  allowOnly(frame.environment.AWS_ENDPOINT_URL)
  Object.assign(process.env, frame.environment)
  setLakeTime(frame.lakeTime)
  captureConsole()
  try {
    transform = await functionOf(frame.handler)
    await send({ kind: 'ready' })
  } catch (cause) {
    await giveUp(cause)
  }
}

async function functionOf(file: string): Promise<Transform> {
  const module = (await loaded(file)) as { readonly default?: unknown; readonly transform?: unknown }
  const found = typeof module.default === 'function' ? module.default : module.transform
  if (typeof found === 'function') return found as Transform
  throw new BatchFailed(
    'NoFunction',
    `The script exports ${Object.keys(module).join(', ') || 'nothing'}: its default export, or an export named transform, must be a function of rows. ` +
      `It is ${shown(found)}.`,
    undefined,
  )
}

async function loaded(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(join(root, file)).href)
  } catch (cause) {
    const { code, name, message } = cause as {
      readonly code?: unknown
      readonly name: string
      readonly message: string
    }
    const hint =
      code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_ACCESS_DENIED'
        ? ' The script is one file: bundle what it imports into it; only modules of Node itself are there.'
        : ''
    throw new BatchFailed(name, `The script could not be loaded: ${message}.${hint}`, cause)
  }
}

async function invoke(frame: Extract<ToFunction, { kind: 'invoke' }>, body: Uint8Array): Promise<void> {
  setLakeTime(frame.lakeTime)
  setRequest(frame.requestId)
  try {
    if (transform === undefined) throw new Error('a task comes after the module')
    const task = JSON.parse(Buffer.from(body).toString('utf8')) as BatchTask
    const figures = await runBatches(task, transform, stopping.signal)
    mark(frame.mark)
    await send({ kind: 'answered' }, Buffer.from(JSON.stringify(figures)))
  } catch (thrown) {
    mark(frame.mark)
    await sendError(thrown, 'failed')
  }
}

await holdLifeline()
guard()
process.on('uncaughtException', thrown => void giveUp(thrown))
process.on('unhandledRejection', thrown => void giveUp(thrown))
// The lake is gone: nobody waits for anything.
socket.on('close', () => process.exit(0))
socket.on('error', () => process.exit(0))
socket.on('data', (chunk: Buffer) => {
  for (const { header, body } of reader.read(chunk)) {
    const frame = header as ToFunction
    if (frame.kind === 'init') void init(frame)
    else if (frame.kind === 'invoke') void invoke(frame, body)
    else stopping.abort()
  }
})
await send({ kind: 'started' })
