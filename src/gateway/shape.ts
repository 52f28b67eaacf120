/**
 * The shapes of AWS's inputs and outputs. One shape is at once the TypeScript type, what the parser accepts, AWS's
 * constraint (min, max, pattern, enum) and what the serialiser writes. Shapes are plain frozen data; the protocols walk
 * them, `validate.ts` checks them, a conformance test compares them with the AWS SDK's own schemas.
 *
 *     const input = { StreamName: optional(string({ min: 1, max: 128, pattern: '[a-zA-Z0-9_.-]+' })), ShardCount: integer({ min: 1 }) }
 *     type Input = Values<typeof input>     // { StreamName?: string | undefined; ShardCount: number }
 */

import type { PackedList } from './packed.ts'

declare const valueType: unique symbol

/** Where a member travels in the REST protocols; everything without a place is in the body. */
export type Place =
  | { readonly in: 'uri'; readonly name: string }
  | { readonly in: 'query'; readonly name: string }
  | { readonly in: 'queryMap' }
  | { readonly in: 'header'; readonly name: string }
  | { readonly in: 'headers'; readonly prefix: string }
  | { readonly in: 'payload' }
  | { readonly in: 'status' }

interface Common<T> {
  readonly [valueType]?: T
  readonly optional?: boolean
  readonly place?: Place
  /** The name on the wire where it differs from the member's (`locationName` of AWS's models). */
  readonly wireName?: string
  /** An XML attribute instead of an element. */
  readonly attribute?: boolean
  /** Marks what must not be printed in logs. */
  readonly sensitive?: boolean
}

export interface StringShape<T extends string = string> extends Common<T> {
  readonly kind: 'string'
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly values?: readonly T[]
  /** By how Biwa makes it there is nothing in it that JSON would escape, so that nobody need look. Of outputs only. */
  readonly plain?: boolean
}
export interface NumberShape extends Common<number> {
  readonly kind: 'integer' | 'long' | 'double'
  readonly min?: number
  readonly max?: number
}
export interface BooleanShape extends Common<boolean> {
  readonly kind: 'boolean'
}
/** Milliseconds since 1970 UTC in the program; on the wire as the protocol has it, or as `format` says. */
export interface TimestampShape extends Common<number> {
  readonly kind: 'timestamp'
  readonly format?: 'epoch' | 'iso8601' | 'http-date'
}
export interface BlobShape extends Common<Uint8Array> {
  readonly kind: 'blob'
  readonly min?: number
  readonly max?: number
}
/** A body that is not held in memory. */
export interface StreamShape extends Common<AsyncIterable<Uint8Array>> {
  readonly kind: 'stream'
}
/**
 * A body of events, one after the other, for as long as either side likes: a member of an output only. Each item has
 * exactly one member. A Fault that is thrown while iterating is told to the client, and the stream ends; nobody asks for
 * the next item while the client does not read. When the client goes or the server closes, `call.signal` aborts and the
 * iterator's `return()` is called: a generator that waits for something must wait for the signal too, and one that was
 * never begun does not get to its `finally`, so what the handler itself took hold of is let go by the signal.
 */
export interface EventStreamShape<T = unknown, M extends Members = Members> extends Common<AsyncIterable<T>> {
  readonly kind: 'eventStream'
  readonly events: M
}
/** Any JSON value. */
export interface DocumentShape extends Common<unknown> {
  readonly kind: 'document'
}
export interface ListShape<T = unknown, Of = Shape, Packed = never> extends Common<readonly T[] | Packed> {
  readonly kind: 'list'
  readonly of: Of
  /**
   * Takes what JSON has of all items at once and holds each to its shape; how many there are is held to the bounds before.
   * Undefined where one is not plainly sound: then they are read one by one, and what is wrong is said.
   */
  readonly pack?: (items: readonly unknown[]) => Packed | undefined
  readonly min?: number
  readonly max?: number
  /** XML and query: the items stand beside the other members instead of inside a wrapping element. */
  readonly flattened?: boolean
  /** XML: the name of an item's element, `member` unless given. */
  readonly itemName?: string
}
export interface MapShape<T = unknown, Of = Shape> extends Common<Readonly<Record<string, T>>> {
  readonly kind: 'map'
  readonly of: Of
  readonly key?: StringShape
  readonly min?: number
  readonly max?: number
}
export interface StructureShape<T = unknown, M extends Members = Members> extends Common<T> {
  readonly kind: 'structure'
  readonly members: M
  /** Exactly one member is present. */
  readonly union?: boolean
  /** XML: the namespace of the root element. */
  readonly xmlns?: string
}

export type Shape<T = unknown> = (
  | StringShape
  | NumberShape
  | BooleanShape
  | TimestampShape
  | BlobShape
  | StreamShape
  | EventStreamShape
  | DocumentShape
  | ListShape<unknown, Shape, unknown>
  | MapShape
  | StructureShape
) & { readonly [valueType]?: T }

export type Members = Readonly<Record<string, Shape>>

/** The TypeScript type of what a shape describes. */
export type Value<S> = S extends { readonly [valueType]?: infer T } ? Exclude<T, undefined> : never

type Optionals<M> = { [K in keyof M]: M[K] extends { readonly optional: true } ? K : never }[keyof M]
type Flat<T> = { [K in keyof T]: T[K] } & {}
/** The TypeScript type of an object with these members. */
export type Values<M> = Flat<
  { readonly [K in Exclude<keyof M, Optionals<M>>]: Value<M[K]> } & {
    readonly [K in Optionals<M>]?: Value<M[K]> | undefined
  }
>

type Bounds = { readonly min?: number; readonly max?: number }

export const string = (constraint: Bounds & { readonly pattern?: string } = {}): StringShape => ({
  kind: 'string',
  ...constraint,
})
export const enumeration = <const T extends readonly string[]>(...values: T): StringShape<T[number]> => ({
  kind: 'string',
  values,
})
export const integer = (bounds: Bounds = {}): NumberShape => ({ kind: 'integer', ...bounds })
/** A 64-bit integer; as a JavaScript number, so exact up to 2^53. */
export const long = (bounds: Bounds = {}): NumberShape => ({ kind: 'long', ...bounds })
export const double = (bounds: Bounds = {}): NumberShape => ({ kind: 'double', ...bounds })
export const boolean = (): BooleanShape => ({ kind: 'boolean' })
export const timestamp = (format?: 'epoch' | 'iso8601' | 'http-date'): TimestampShape => ({
  kind: 'timestamp',
  ...(format && { format }),
})
export const blob = (bounds: Bounds = {}): BlobShape => ({ kind: 'blob', ...bounds })
export const stream = (): StreamShape => ({ kind: 'stream' })
/** `events` are structures by the names of their event types; the exceptions of AWS's union are thrown as Faults instead. */
export const eventStream = <M extends Readonly<Record<string, StructureShape>>>(
  events: M,
): EventStreamShape<{ readonly [K in keyof M]?: Value<M[K]> | undefined }, M> => ({ kind: 'eventStream', events })
export const document = (): DocumentShape => ({ kind: 'document' })
export const list = <S extends Shape>(
  of: S,
  options: Bounds & { readonly flattened?: boolean; readonly itemName?: string } = {},
): ListShape<Value<S>, S> => ({ kind: 'list', of, ...options })
/** An input's list of many small items, which its handler also takes as `pack` puts them. */
export const packed = <T, S, Packed>(
  shape: ListShape<T, S>,
  pack: (items: readonly unknown[]) => Packed | undefined,
): ListShape<T, S, Packed> => ({ ...shape, pack }) as ListShape<T, S, Packed>
/** An output's list that its handler may also give packed. */
export const packable = <T, S>(shape: ListShape<T, S>): ListShape<T, S, PackedList<T>> =>
  shape as ListShape<T, S, PackedList<T>>
export const map = <S extends Shape>(
  of: S,
  options: Bounds & { readonly key?: StringShape } = {},
): MapShape<Value<S>, S> => ({
  kind: 'map',
  of,
  ...options,
})
export const structure = <M extends Members>(
  members: M,
  options: { readonly xmlns?: string } = {},
): StructureShape<Values<M>, M> => ({
  kind: 'structure',
  members,
  ...options,
})
export const union = <M extends Members>(
  members: M,
): StructureShape<{ readonly [K in keyof M]?: Value<M[K]> | undefined }, M> & { readonly union: true } => ({
  kind: 'structure',
  members,
  union: true,
})

export const optional = <S extends Shape>(shape: S): S & { readonly optional: true } => ({ ...shape, optional: true })
export const sensitive = <S extends Shape>(shape: S): S => ({ ...shape, sensitive: true })
/** A text that Biwa makes of ASCII letters, digits and `+-./=_`: written without a look at what is in it. */
export const plain = <S extends StringShape>(shape: S): S => ({ ...shape, plain: true })
/** Another name on the wire than the member's. */
export const named = <S extends Shape>(wireName: string, shape: S): S => ({ ...shape, wireName })
export const attribute = <S extends Shape>(wireName: string, shape: S): S => ({ ...shape, wireName, attribute: true })

const placed =
  <P extends Place>(place: P) =>
  <S extends Shape>(shape: S): S => ({ ...shape, place })
/** A label of the path: `{Bucket}`, or greedy `{Key+}`. */
export const uri = <S extends Shape>(name: string, shape: S): S => placed({ in: 'uri', name })(shape)
export const query = <S extends Shape>(name: string, shape: S): S => placed({ in: 'query', name })(shape)
/** All query parameters that no other member takes. */
export const queryMap = <S extends Shape>(shape: S): S => placed({ in: 'queryMap' })(shape)
export const header = <S extends Shape>(name: string, shape: S): S =>
  placed({ in: 'header', name: name.toLowerCase() })(shape)
/** Every header that starts with `prefix`, as a map keyed by the rest of its name. */
export const headers = <S extends Shape>(prefix: string, shape: S): S =>
  placed({ in: 'headers', prefix: prefix.toLowerCase() })(shape)
export const payload = <S extends Shape>(shape: S): S => placed({ in: 'payload' })(shape)
export const status = <S extends Shape>(shape: S): S => placed({ in: 'status' })(shape)
