/**
 * An output that is a stream of events, as AWS frames it, over any version of HTTP. What the events mean is the
 * operation's business, how a payload is encoded the protocol's.
 *
 *     body     = initial-response *event [exception | error]
 *     message  = total:u32 headers:u32 crc32(the 8 bytes before):u32
 *                *header payload
 *                crc32(all bytes before):u32                     lengths in bytes, all numbers big-endian
 *     header   = length:u8 name 7:u8 length:u16 value            7: a string in UTF-8, the only kind used here
 *
 *     event       :message-type event      :event-type <member> | initial-response   :content-type
 *     exception   :message-type exception  :exception-type <code>                    :content-type
 *     error       :message-type error      :error-code  :error-message               (no payload; what no model names)
 *
 * The initial response holds the output's other members. It comes first and at once: Go's clients wait for it.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { Fault } from '../fault.ts'
import type { HttpResponse } from '../message.ts'
import type { EventStreamShape, Members, Shape } from '../shape.ts'
import type { AnswerContext } from './protocol.ts'

/** How a protocol writes payloads. */
export interface PayloadCodec {
  readonly contentType: string
  members(members: Members, value: Readonly<Record<string, unknown>>): Uint8Array | string
  fault(fault: Fault): Uint8Array | string
}

/** The answer of an operation whose output holds an event stream; undefined for all others. */
export function eventStreamAnswer(
  output: Members,
  value: Readonly<Record<string, unknown>>,
  codec: PayloadCodec,
  context: AnswerContext,
): HttpResponse | undefined {
  const name = streamMember(output)
  if (name === undefined) return undefined
  const { [name]: shape, ...others } = output
  const { [name]: events, ...rest } = value
  return {
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': context.requestId },
    body: frames(
      shape as EventStreamShape,
      events as AsyncIterable<Event>,
      codec.members(others, rest),
      codec,
      context,
    ),
    endless: true,
  }
}

type Event = Readonly<Record<string, unknown>>

const streamMembers = new WeakMap<Members, { readonly name: string | undefined }>()
function streamMember(output: Members): string | undefined {
  const known = streamMembers.get(output)
  if (known) return known.name
  const name = Object.keys(output).find(key => output[key]?.kind === 'eventStream')
  streamMembers.set(output, { name })
  return name
}

async function* frames(
  shape: EventStreamShape,
  events: AsyncIterable<Event>,
  initial: Uint8Array | string,
  codec: PayloadCodec,
  context: AnswerContext,
): AsyncGenerator<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]()
  const letGo = async () => void (await iterator.return?.())
  try {
    yield frame(eventHeaders('initial-response', codec), initial)
    for (;;) {
      const step = await nextOf(iterator, context.signal)
      if (step === undefined || step.done) return
      yield eventFrame(shape, step.value, codec)
    }
  } catch (error) {
    yield faultFrame(error, codec, context)
  } finally {
    // The next event of one that was broken off may never come, so nobody waits for it to end.
    const ended = letGo()
    if (context.signal.aborted) ended.catch(context.faultOf)
    else await ended
  }
}

/** Undefined once the signal aborts: who waits for the next event must not keep what belongs to a client that has gone. */
function nextOf(iterator: AsyncIterator<Event>, signal: AbortSignal): Promise<IteratorResult<Event> | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      resolve(undefined)
      return
    }
    const stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}

function eventFrame(shape: EventStreamShape, event: Event, codec: PayloadCodec): Uint8Array {
  const present = Object.keys(event).filter(name => event[name] !== undefined)
  const name = present[0] as string
  const member = shape.events[name]
  assert(present.length === 1 && member?.kind === 'structure', 'an event has exactly one member, which is declared')
  return frame(eventHeaders(name, codec), codec.members(member.members, event[name] as Event))
}

function faultFrame(error: unknown, codec: PayloadCodec, context: AnswerContext): Uint8Array {
  const fault = context.faultOf(error)
  if (!(error instanceof Fault))
    return frame({ ':message-type': 'error', ':error-code': fault.code, ':error-message': fault.message }, '')
  const headers = {
    ':message-type': 'exception',
    ':exception-type': fault.code,
    ':content-type': codec.contentType,
  }
  return frame(headers, codec.fault(fault))
}

const eventHeaders = (type: string, codec: PayloadCodec) => ({
  ':message-type': 'event',
  ':event-type': type,
  ':content-type': codec.contentType,
})

const preludeBytes = 12
const crcBytes = 4
const stringKind = 7

/** One message. */
function frame(headers: Readonly<Record<string, string>>, content: Uint8Array | string): Uint8Array {
  const payload = typeof content === 'string' ? Buffer.from(content) : content
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const total = preludeBytes + head.length + payload.length + crcBytes
  const message = Buffer.allocUnsafe(total)
  message.writeUInt32BE(total, 0)
  message.writeUInt32BE(head.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  message.set(head, preludeBytes)
  message.set(payload, preludeBytes + head.length)
  message.writeUInt32BE(crc32(message.subarray(0, total - crcBytes)), total - crcBytes)
  return message
}

function header(name: string, value: string): Uint8Array {
  const nameBytes = Buffer.from(name)
  const valueBytes = Buffer.from(value)
  const lengths = Buffer.alloc(2)
  lengths.writeUInt16BE(valueBytes.length)
  return Buffer.concat([Uint8Array.of(nameBytes.length), nameBytes, Uint8Array.of(stringKind), lengths, valueBytes])
}

/** For the in-process door: the events as they are, each through `write`. */
export async function* writtenEvents(
  shape: EventStreamShape,
  events: AsyncIterable<Event>,
  write: (shape: Shape, value: unknown) => unknown,
): AsyncGenerator<Record<string, unknown>> {
  for await (const event of events)
    yield Object.fromEntries(
      Object.entries(event).map(([name, value]) => [name, write(shape.events[name] as Shape, value)]),
    )
}
