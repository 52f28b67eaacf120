// Hands records to a Lambda function in batches and takes what it makes of them: Ok with new data, Dropped, or
// ProcessingFailed. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
//
// A function that fails is called again, as often as configured (one that has too much to do after some time), and then its
// whole batch has failed; an answer that does not keep to the form is final. The event is made in transform-event.ts, the
// answer read in transform-answer.ts.
import { Fault } from '../../../gateway/fault.ts'
import type { Batches, Fail, FlowRecord } from '../flow.ts'
import { transformPayloadBytesMax } from '../limits.ts'
import type { DeliveryMeters } from '../meters.ts'
import type { Processor } from '../processors.ts'
import type { Functions, Invocation, World } from '../world.ts'
import { type BatchFailure, functionError, readAnswer, type Verdict } from './transform-answer.ts'
import { type EventAround, eventBytesOf, recordId, transformEvent } from './transform-event.ts'

export interface TransformationAround extends EventAround {
  readonly functions: Functions
  /** Whether the processor's role may call the function. */
  readonly permitted: boolean
  readonly meters: Pick<DeliveryMeters, 'executed' | 'succeeded'>
  readonly signal: AbortSignal
  readonly pause: World['pause']
}

/** Of the records; the rest is what the event says of itself. */
const eventBytesMax = transformPayloadBytesMax - 4096

/** Before a function that has too much to do is called again; twice as long each further time. */
const firstPauseMilliseconds = 100
const longestPauseMilliseconds = 10_000

export const transformation = (processor: Extract<Processor, { kind: 'lambda' }>, around: TransformationAround) =>
  async function* (batches: Batches, fail: Fail): Batches {
    const bytesMax = processor.bufferMib * 1024 * 1024
    for await (const batch of rebatched(batches, bytesMax)) {
      const call = new Call(processor, batch, around)
      const verdicts = await call.verdicts()
      const left: FlowRecord[] = []
      for (const [place, record] of batch.entries()) {
        const verdict = verdicts[place]
        if (verdict === undefined || verdict.kind === 'dropped') continue
        if (verdict.kind === 'ok')
          left.push({ ...record, data: verdict.data, keys: { ...record.keys, lambda: verdict.keys } })
        else {
          const { code, message } = verdict
          const type = 'processing-failed'
          fail(record, { type, code, message, attempts: call.attempts, functionArn: processor.arn })
        }
      }
      around.meters.succeeded(left)
      yield left
    }
  }

/** Batches of the function's own buffer, whose event is no larger than may be; a record beyond that is alone. */
async function* rebatched(batches: Batches, bytesMax: number): Batches {
  let gathered: FlowRecord[] = []
  let bytes = 0
  let eventBytes = 0
  for await (const batch of batches) {
    for (const record of batch) {
      const added = eventBytesOf(record)
      const isFull = bytes + record.data.length > bytesMax || eventBytes + added > eventBytesMax
      if (gathered.length > 0 && isFull) {
        yield gathered
        gathered = []
        bytes = 0
        eventBytes = 0
      }
      gathered.push(record)
      bytes += record.data.length
      eventBytes += added
    }
  }
  if (gathered.length > 0) yield gathered
}

class Call {
  readonly #processor: Extract<Processor, { kind: 'lambda' }>
  readonly #batch: readonly FlowRecord[]
  readonly #around: TransformationAround
  readonly #ids: readonly string[]
  attempts = 0

  constructor(
    processor: Extract<Processor, { kind: 'lambda' }>,
    batch: readonly FlowRecord[],
    around: TransformationAround,
  ) {
    this.#processor = processor
    this.#batch = batch
    this.#around = around
    this.#ids = batch.map((record, place) => recordId(around.sequenceNumber(record), record, place))
  }

  /** One for each record, in their order. */
  async verdicts(): Promise<readonly Verdict[]> {
    for (;;) {
      const answer = await this.#attempt()
      if (answer.kind === 'answered') return readAnswer(answer.payload, this.#ids)
      if (!answer.retry || this.attempts > this.#processor.retries) return this.#batch.map(() => answer.failure)
      if (answer.failure === limitExceeded) await this.#pause()
    }
  }

  #pause(): Promise<void> {
    const milliseconds = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** (this.attempts - 1))
    return this.#around.pause(milliseconds, this.#around.signal)
  }

  async #attempt(): Promise<Outcome> {
    const { functions, permitted, meters, signal } = this.#around
    this.attempts++
    signal.throwIfAborted()
    const event = transformEvent(this.#batch, this.#around)
    if (event.length > transformPayloadBytesMax) return { kind: 'failed', retry: false, failure: tooLarge }
    if (!permitted) return { kind: 'failed', retry: true, failure: accessDenied }
    try {
      const invocation = await functions.invoke(this.#processor.arn, event, {
        signal,
        invokedBy: 'firehose.amazonaws.com',
      })
      const outcome = outcomeOf(invocation)
      meters.executed(invocation.durationMilliseconds, outcome.kind === 'answered')
      return outcome
    } catch (cause) {
      signal.throwIfAborted()
      if (!(cause instanceof Fault)) throw cause
      return { kind: 'failed', retry: true, failure: failureOf(cause) }
    }
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly payload: Uint8Array }
  | { readonly kind: 'failed'; readonly retry: boolean; readonly failure: BatchFailure }

function outcomeOf({ error, message, payload }: Invocation): Outcome {
  if (error === undefined && payload.length <= transformPayloadBytesMax) return { kind: 'answered', payload }
  const timedOut = message !== undefined && /timed out/i.test(message)
  return { kind: 'failed', retry: true, failure: timedOut ? functionTimedOut : functionError }
}

/** https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html */
const accessDenied: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.InvokeAccessDenied',
  message: 'Access was denied. Ensure that the access policy allows access to the Lambda function.',
}
const notFound: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.ResourceNotFound',
  message: 'The specified Lambda function does not exist. Use a different function that does exist.',
}
const limitExceeded: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.InvokeLimitExceeded',
  message: 'The Lambda concurrent execution limit is exceeded. Increase the concurrent execution limit.',
}
const functionTimedOut: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.FunctionTimedOut',
  message: 'The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.',
}
const tooLarge: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.RequestTooLarge',
  message: `The record is too large for the Lambda function: an event has at most ${transformPayloadBytesMax} bytes.`,
}

function failureOf(fault: Fault): BatchFailure {
  if (fault.code === 'ResourceNotFoundException') return notFound
  if (fault.code === 'TooManyRequestsException') return limitExceeded
  return { kind: 'failed', code: `Lambda.${fault.code}`, message: fault.message }
}
