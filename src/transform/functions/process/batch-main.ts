/**
 * The process of one run of a job's module: closes what Node's permissions leave open, loads the module, is given one task,
 * and answers with its figures. As `main.ts`, it starts with no environment variables.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BatchTask } from './batch-task.ts'
import { BatchFailed, runBatches, type Transform } from './batches.ts'
import { Channel } from './channel.ts'
import { captureConsole, setRequest } from './console-lines.ts'
import { allowOnly } from './endpoint-only.ts'
import type { ToFunction } from './frames.ts'
import { setLakeTime } from './lake-clock.ts'
import { shown } from './values.ts'

const taskBytesMax = 16 * 1024 * 1024
const root = process.cwd()
const channel = await Channel.open(taskBytesMax)
const stopping = new AbortController()
let transform: Transform | undefined

async function init(frame: Extract<ToFunction, { kind: 'init' }>): Promise<void> {
  allowOnly(frame.environment.AWS_ENDPOINT_URL)
  Object.assign(process.env, frame.environment)
  setLakeTime(frame.lakeTime)
  captureConsole()
  try {
    transform = await functionOf(frame.handler)
    await channel.send({ kind: 'ready' })
  } catch (cause) {
    await channel.giveUp(cause)
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
    channel.mark(frame.mark)
    await channel.send({ kind: 'answered' }, Buffer.from(JSON.stringify(figures)))
  } catch (thrown) {
    channel.mark(frame.mark)
    await channel.sendError(thrown, 'failed')
  }
}

process.on('uncaughtException', thrown => void channel.giveUp(thrown))
process.on('unhandledRejection', thrown => void channel.giveUp(thrown))
await channel.listen((frame, body) => {
  if (frame.kind === 'init') void init(frame)
  else if (frame.kind === 'invoke') void invoke(frame, body)
  else stopping.abort()
})
