/**
 * What a program gives to an operation and gets from it, from the operation's own shapes, as the AWS SDK for JavaScript has
 * it: a blob is a Uint8Array (a string is taken for its UTF-8 bytes), a timestamp a Date, a body a stream of bytes. What the
 * shapes do not declare is refused by name.
 */
import { Fault } from '../gateway/fault.ts'
import { itemsOf } from '../gateway/packed.ts'
import { serializationFault, UndeclaredMember } from '../gateway/protocols/json-values.ts'
import type { Members, Place, Shape, Value } from '../gateway/shape.ts'
import { AwsError } from './aws-error.ts'
import { type Body, bodyOf, whileOpen } from './body.ts'

/** Bytes as a program has them; a string stands for its UTF-8 bytes. */
export type Bytes = Uint8Array | string
export type Streamed = Bytes | Blob | AsyncIterable<Uint8Array>

/** What a program may give for a shape. */
export type Given<S> = S extends { readonly kind: 'timestamp' }
  ? Date
  : S extends { readonly kind: 'blob' }
    ? Bytes
    : S extends { readonly kind: 'stream' }
      ? Streamed
      : S extends { readonly kind: 'list'; readonly of: infer Of }
        ? readonly Given<Of>[]
        : S extends { readonly kind: 'map'; readonly of: infer Of }
          ? Readonly<Record<string, Given<Of>>>
          : S extends { readonly kind: 'structure'; readonly members: infer M; readonly union: true }
            ? { readonly [K in keyof M]?: Given<M[K]> | undefined }
            : S extends { readonly kind: 'structure'; readonly members: infer M }
              ? GivenMembers<M>
              : Value<S>

/** What a program gets for a shape. */
export type Received<S> = S extends { readonly kind: 'timestamp' }
  ? Date
  : S extends { readonly kind: 'blob' }
    ? Uint8Array
    : S extends { readonly kind: 'stream' }
      ? Body
      : S extends { readonly kind: 'eventStream'; readonly events: infer M }
        ? AsyncIterable<{ readonly [K in keyof M]?: Received<M[K]> | undefined }>
        : S extends { readonly kind: 'list'; readonly of: infer Of }
          ? readonly Received<Of>[]
          : S extends { readonly kind: 'map'; readonly of: infer Of }
            ? Readonly<Record<string, Received<Of>>>
            : S extends { readonly kind: 'structure'; readonly members: infer M; readonly union: true }
              ? { readonly [K in keyof M]?: Received<M[K]> | undefined }
              : S extends { readonly kind: 'structure'; readonly members: infer M }
                ? ReceivedMembers<M>
                : Value<S>

type Optionals<M> = { [K in keyof M]: M[K] extends { readonly optional: true } ? K : never }[keyof M]
type Flat<T> = { [K in keyof T]: T[K] } & {}

export type GivenMembers<M> = Flat<
  { readonly [K in Exclude<keyof M, Optionals<M>>]: Given<M[K]> } & {
    readonly [K in Optionals<M>]?: Given<M[K]> | undefined
  }
>
export type ReceivedMembers<M> = Flat<
  { readonly [K in Exclude<keyof M, Optionals<M>>]: Received<M[K]> } & {
    readonly [K in Optionals<M>]?: Received<M[K]> | undefined
  }
>

type Values = Readonly<Record<string, unknown>>

/** A program's input as the operation's handler takes it. Throws UndeclaredMember, or a SerializationException. */
export function intoLake(members: Members, given: unknown): Record<string, unknown> {
  const input = membersIn(members, given, '')
  const bodies = Object.entries(members).filter(([, shape]) => shape.kind === 'stream')
  for (const [body] of bodies) announceLength(members, input, body, (given as Values)[body])
  return input
}

/** What a client does for a body whose length it knows: it says it in a header. */
function announceLength(members: Members, input: Record<string, unknown>, body: string, given: unknown): void {
  const [length] = Object.entries(members).find(([, { place }]) => isContentLength(place)) ?? []
  if (length === undefined || input[length] !== undefined) return
  const chunks = input[body] ?? []
  if (given instanceof Blob) input[length] = given.size
  else if (Array.isArray(chunks)) input[length] = chunks.reduce((bytes, chunk: Uint8Array) => bytes + chunk.length, 0)
  else throw unknownLength(length)
}

/** S3's refusal, and what to do. The AWS SDK's clients meet the same one. */
const unknownLength = (length: string) =>
  new Fault(
    'MissingContentLength',
    411,
    `You must provide the Content-Length HTTP header: a stream does not say how long it is. Give ${length} with it, or its bytes.`,
  )

const isContentLength = (place: Place | undefined) => place?.in === 'header' && place.name === 'content-length'

function membersIn(members: Members, given: unknown, path: string): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw mistyped('a structure', given, path)
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue
    const here = path === '' ? name : `${path}.${name}`
    if (!Object.hasOwn(members, name)) throw new UndeclaredMember(here)
    result[name] = valueIn(members[name] as Shape, value, here)
  }
  return result
}

function valueIn(shape: Shape, given: unknown, path: string): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof given === 'string') return given
      throw mistyped('a string', given, path)
    case 'boolean':
      if (typeof given === 'boolean') return given
      throw mistyped('a boolean', given, path)
    case 'double':
      if (typeof given === 'number') return given
      throw mistyped('a number', given, path)
    case 'integer':
      if (typeof given === 'number' && (given | 0) === given) return given
      throw mistyped('a 32-bit integer', given, path)
    case 'long':
      if (Number.isSafeInteger(given)) return given
      throw mistyped('a whole number', given, path)
    case 'timestamp':
      if (given instanceof Date && !Number.isNaN(given.getTime())) return given.getTime()
      throw mistyped('a Date', given, path)
    case 'blob':
      if (typeof given === 'string') return Buffer.from(given)
      // A copy: what the program does with its own bytes afterwards is not the lake's.
      if (given instanceof Uint8Array) return Buffer.from(given)
      throw mistyped('a Uint8Array or a string', given, path)
    case 'stream':
      if (typeof given === 'string') return [Buffer.from(given)]
      if (given instanceof Uint8Array) return [given]
      if (given instanceof Blob) return given.stream()
      if (isAsyncIterable(given)) return bytesOf(given, path)
      throw mistyped('a Uint8Array, a string, a Blob or an AsyncIterable of Uint8Array', given, path)
    case 'document':
      return given
    case 'list':
      if (!Array.isArray(given)) throw mistyped('a list', given, path)
      return given.map((item, place) => valueIn(shape.of, item, `${path}[${place}]`))
    case 'map': {
      if (typeof given !== 'object' || given === null) throw mistyped('a map', given, path)
      const entries = Object.entries(given).filter(([, item]) => item !== undefined && item !== null)
      return Object.fromEntries(entries.map(([key, item]) => [key, valueIn(shape.of, item, `${path}.${key}`)]))
    }
    case 'structure':
      return membersIn(shape.members, given, path)
    case 'eventStream':
      throw mistyped('left out, for no input is a stream of events', given, path)
  }
}

async function* bytesOf(given: AsyncIterable<unknown>, path: string): AsyncIterable<Uint8Array> {
  for await (const chunk of given) {
    if (chunk instanceof Uint8Array) yield chunk
    else if (typeof chunk === 'string') yield Buffer.from(chunk)
    else throw mistyped('a stream of Uint8Array', chunk, path)
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

function mistyped(wanted: string, given: unknown, path: string) {
  const kind =
    given === null
      ? 'null'
      : Array.isArray(given)
        ? 'a list'
        : typeof given === 'object'
          ? `a ${given.constructor?.name ?? 'structure'}`
          : `the ${typeof given} ${String(given).slice(0, 64)}`
  return serializationFault(`The member '${path || 'the input'}' must be ${wanted}, but is ${kind}.`)
}

/** What a program may still hold of an answer. */
export interface Held {
  /** Called when the program is done with a stream of events. */
  readonly letGo: () => void
  /** Aborted when the lake closes. */
  readonly closing: AbortSignal
}

/** What a handler answered, for the program. */
export function intoProgram(members: Members, output: Values, held: Held): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [name, shape] of Object.entries(members)) {
    const value = output[name]
    if (value !== undefined && value !== null) result[name] = valueOut(shape, value, held)
  }
  return result
}

function valueOut(shape: Shape, value: unknown, held: Held): unknown {
  switch (shape.kind) {
    case 'timestamp':
      return new Date(value as number)
    case 'stream':
      return bodyOf(whileOpen(value as AsyncIterable<Uint8Array>, held.closing))
    case 'eventStream':
      return eventsOut(shape.events, value as AsyncIterable<Values>, held)
    case 'list':
      return itemsOf(value).map(item => valueOut(shape.of, item, held))
    case 'map': {
      const entries = Object.entries(value as Values).filter(([, item]) => item !== undefined)
      return Object.fromEntries(entries.map(([key, item]) => [key, valueOut(shape.of, item, held)]))
    }
    case 'structure':
      return intoProgram(shape.members, value as Values, held)
    default:
      return value
  }
}

async function* eventsOut(events: Members, stream: AsyncIterable<Values>, held: Held): AsyncIterable<Values> {
  try {
    for await (const event of stream) yield intoProgram(events, event, held)
  } catch (error) {
    throw error instanceof Fault ? new AwsError(error) : error
  } finally {
    held.letGo()
  }
}
