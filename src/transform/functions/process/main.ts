/**
 * The process of one warm environment of a function: closes what Node's permissions leave open, loads the handler, then
 * answers one invocation after the other. It starts with no environment variables; the function's come in the first frame.
 */
import { Channel } from './channel.ts'
import { captureConsole, logLine, setRequest } from './console-lines.ts'
import { contextOf, settled } from './context.ts'
import { documentOf, loggedForm, RuntimeError, TooLarge } from './errors.ts'
import type { ToFunction } from './frames.ts'
import { setLakeTime } from './lake-clock.ts'
import { type Handler, loadHandler } from './load-handler.ts'

const eventBytesMax = 64 * 1024 * 1024
const root = process.cwd()
const channel = await Channel.open(eventBytesMax)
let handler: Handler | undefined
/** Up to nodejs22.x a handler that returns no promise answers by its callback or by the context. */
let isCallbackRuntime = true
let answerBytesMax = 0

async function giveUp(thrown: unknown, told: string): Promise<void> {
  logLine('ERROR', `${told} \t${loggedForm(thrown)}`)
  await channel.giveUp(thrown)
}

async function init(frame: Extract<ToFunction, { kind: 'init' }>): Promise<void> {
  Object.assign(process.env, frame.environment)
  answerBytesMax = frame.answerBytesMax
  setLakeTime(frame.lakeTime)
  captureConsole()
  try {
    handler = await loadHandler(root, frame.handler)
    isCallbackRuntime = frame.runtime !== 'nodejs24.x'
    // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html: removed with Node.js 24
    if (!isCallbackRuntime && handler.length >= 3)
      throw new RuntimeError(
        'CallbackHandlerDeprecated',
        'Functions on nodejs24.x take no callback: make the handler async, or choose nodejs22.x.',
      )
    await channel.send({ kind: 'ready' })
  } catch (cause) {
    await giveUp(cause, 'Uncaught Exception')
  }
}

async function invoke(frame: Extract<ToFunction, { kind: 'invoke' }>, body: Uint8Array): Promise<void> {
  setLakeTime(frame.lakeTime)
  setRequest(frame.requestId)
  try {
    const outcome = settled()
    const event: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'))
    const returned = handler?.(event, contextOf(frame, outcome), outcome.callback)
    if (isPromise(returned)) returned.then(value => outcome.callback(null, value), outcome.callback)
    else if (isCallbackRuntime) whenNothingIsLeft(() => outcome.callback(null, null))
    else outcome.callback(null, returned)
    const answer = Buffer.from(answerOf(await outcome.promise))
    if (answer.length > answerBytesMax) throw new TooLarge(answerBytesMax)
    channel.mark(frame.mark)
    await channel.send({ kind: 'answered' }, answer)
  } catch (thrown) {
    if (!(thrown instanceof TooLarge)) logLine('ERROR', `Invoke Error \t${loggedForm(thrown)}`)
    channel.mark(frame.mark)
    await channel.sendError(thrown, 'failed')
  }
  channel.holdsProcess(true)
  process.removeAllListeners('beforeExit')
  setRequest(undefined)
}

/** A handler that has returned and left nothing that could still answer has answered null. */
function whenNothingIsLeft(task: () => void): void {
  channel.holdsProcess(false)
  process.once('beforeExit', () => {
    channel.holdsProcess(true)
    task()
  })
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

function answerOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    throw new RuntimeError(
      'MarshalError',
      `Unable to stringify response body as json: ${(cause as Error).message}`,
      cause,
    )
  }
}

process.on('uncaughtException', thrown => void giveUp(thrown, 'Uncaught Exception'))
process.on('unhandledRejection', thrown => {
  const message = documentOf(thrown).errorMessage
  void giveUp(
    new RuntimeError('UnhandledPromiseRejection', `${documentOf(thrown).errorType}: ${message}`, thrown),
    'Unhandled Promise Rejection',
  )
})
await channel.listen((frame, body) => {
  if (frame.kind === 'init') void init(frame)
  else if (frame.kind === 'invoke') void invoke(frame, body)
})
