// What a delivery stream needs of the lake around it: the narrowest form of each, handed in by lake.ts.
import type { Blob, ScratchDirectory } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Meter } from '../../world/meter.ts'
import type { Random } from '../../world/random.ts'
import type { ActiveConversion } from './conversion.ts'
import type { Turnstile } from './turnstile.ts'

/** `type` as Hive writes it. */
export interface Column {
  readonly name: string
  readonly type: string
}

interface Described {
  readonly contentType: string
  readonly contentEncoding?: string
}

/** S3, as a delivery sees it. What it takes is durable and nobody's until it is published. */
export interface Target {
  bucketExists(bucket: string): boolean
  take(chunks: AsyncIterable<Uint8Array>, described: Described): Promise<unknown>
  /** For bytes that are a finished blob already. */
  prepare(blob: Blob, described: Described): Promise<unknown>
  publish(write: Transaction, bucket: string, key: string, object: unknown): unknown
  /** Forgets what will not be published. */
  discard(object: unknown): Promise<void>
}

/** Where bytes are put aside, and where a file from there becomes a blob. */
export interface Room {
  scratch(): Promise<ScratchDirectory>
  adopt(path: string): Promise<Blob>
}

export interface Invocation {
  readonly payload: Uint8Array
  readonly error?: 'Handled' | 'Unhandled'
  readonly message?: string
  readonly durationMilliseconds: number
}

/** Lambda, as far as transforming records needs it. */
export interface Functions {
  /** Never rejects for what the function does. Throws ResourceNotFoundException and TooManyRequestsException. */
  invoke(
    arn: string,
    event: Uint8Array,
    options: { readonly signal: AbortSignal; readonly invokedBy: string },
  ): Promise<Invocation>
}

export interface Jq {
  /** The mistake in a query, or undefined. */
  check(query: string): Promise<string | undefined>
  /** As many as there are documents, in their order. */
  extract(
    query: string,
    documents: readonly Uint8Array[],
  ): Promise<readonly ({ readonly keys: Readonly<Record<string, string>> } | { readonly error: string })[]>
}

export interface ConvertRequest extends Pick<ActiveConversion, 'input' | 'output'> {
  /** A file of the scratch directory: a JSON document a line. */
  readonly lines: string
  /** Those of the table but its partition columns. */
  readonly columns: readonly Column[]
  readonly scratchDirectory: string
  readonly signal: AbortSignal
  readonly deadlineMilliseconds: number
}

export interface ConvertResult {
  /** Undefined when no row was good. */
  readonly file: string | undefined
  readonly rows: number
  /** Lines that do not fit, from 0. */
  readonly failed: readonly { readonly line: number; readonly code: string; readonly message: string }[]
}

export interface Converter {
  convert(request: ConvertRequest): Promise<ConvertResult>
}

/** The Glue catalog, as conversion needs it. */
export interface Tables {
  /** The latest first. */
  tableVersions(
    scope: { readonly account: string; readonly region: string },
    database: string,
    name: string,
  ): readonly { readonly version: number; readonly columns: readonly Column[] }[]
}

export interface World {
  readonly ledger: Ledger
  readonly room: Room
  readonly target: Target
  readonly functions: Functions
  readonly jq: Jq
  readonly converter: Converter
  readonly tables: Tables
  readonly clock: Clock
  /** Lets time of the machine pass, whatever the lake's clock does: for what others of its processes have to end first. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly random: Random
  readonly background: Background
  readonly log: Log
  readonly meter: Meter
  /** What all deliveries together hold in memory is bounded by it. */
  readonly turnstile: Turnstile
  /** For those that wait for functions, so that they keep nobody else waiting. */
  readonly slowTurnstile: Turnstile
  /** Whether there is the role and it trusts the service. */
  readonly assumes: (roleArn: string, service: string) => boolean
  /** Whether a role that a service acts in may do something. */
  readonly permits: (roleArn: string, service: string, action: string, resource: string) => boolean
}
