// What the engine and its child say to each other over the process's own channel. Callbacks of a request cross it as
// calls with a number; everything else is one task and one outcome.

import type { EngineFaultKind, Position } from './fault.ts'
import type {
  ConvertRequest,
  ConvertResult,
  ExplainResult,
  QueryRequest,
  QueryResult,
  ScanFile,
  TableReference,
  TableSource,
  TargetTable,
  TransformRequest,
  TransformResult,
} from './request.ts'

/** That the lake wants to be told what is read, as it is read; where it is bounded, early and often. */
export interface Telling {
  readonly isBounded: boolean
}

export type QueryTask = Pick<QueryRequest, 'sql' | 'defaultDatabase' | 'now' | 'resultDirectory'> & {
  readonly kind: 'query'
  readonly telling?: Telling
}

export type TransformTask = Pick<
  TransformRequest,
  'script' | 'arguments' | 'defaultDatabase' | 'now' | 'source' | 'scratchDirectory'
> & { readonly kind: 'transform'; readonly telling?: Telling }

export type ConvertTask = Pick<ConvertRequest, 'lines' | 'columns' | 'input' | 'output' | 'scratchDirectory'> & {
  readonly kind: 'convert'
}

export type ExplainTask = Omit<QueryTask, 'kind'> & { readonly kind: 'explain'; readonly isOfColumns: boolean }

/** Whether the parser reads a text: what it cannot read is the task's fault. */
export interface CheckTask {
  readonly kind: 'check'
  readonly sql: string
}

export type Task = QueryTask | ExplainTask | TransformTask | ConvertTask | CheckTask
export type Outcome = QueryResult | ExplainResult | TransformResult | ConvertResult | { readonly isRead: true }

/** A table without its callback: its files are asked for by its place in the answer to `tables`. */
export type TableDescription = Omit<TableSource, 'files'> & {
  /** The child has the partitions of that key, and they are left out. */
  readonly isHeld?: true
}

export type Question =
  /** `held`: keys of lists of partitions that the child has. */
  | { readonly name: 'tables'; readonly references: readonly TableReference[]; readonly held: readonly string[] }
  | {
      readonly name: 'files'
      readonly table: number
      readonly partitions: readonly number[]
      /** Of a table with a projection: the values of its partitions. */
      readonly projected?: readonly (readonly string[])[]
    }
  | { readonly name: 'target'; readonly reference: TableReference; readonly isReplaced: boolean }
  | { readonly name: 'scanned'; readonly bytes: number; readonly atLeast: number }

export interface Answers {
  readonly tables: readonly TableDescription[]
  readonly files: readonly ScanFile[]
  readonly target: TargetTable
  /** Go on. */
  readonly scanned: true
}

/** What the parser made of a text. */
export interface ParsedText {
  readonly kind: 'tree' | 'tokens'
  readonly text: string
  readonly json: string
}

export type ToChild =
  /** `directory` is the child's own, for what one instance of DuckDB needs to serve many queries. */
  | {
      readonly kind: 'task'
      readonly task: Task
      /** How many processors it may have beside the tasks of other children, at most as many as the limits say. */
      readonly threads: number
      readonly directory?: string
      /** The task before was another lake's. */
      readonly isOtherLake?: true
      /** What is known of its texts; where this is there, what was parsed besides is to be told. */
      readonly parsed?: readonly ParsedText[]
    }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  /** The caller's callback threw: the task is to be given up. */
  | { readonly kind: 'refused'; readonly call: number }

/** Of one child, said once when it starts. */
export interface Limits {
  /** For DuckDB itself; the process as a whole is bounded by `residentBytesMax`. */
  readonly memoryBytesMax: number
  readonly residentBytesMax: number
  readonly threads: number
}

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'call'; readonly call: number; readonly question: Question }
  | {
      readonly kind: 'done'
      readonly value: Outcome
      readonly residentBytes: number
      readonly parsed?: readonly ParsedText[]
    }
  | {
      readonly kind: 'failed'
      readonly fault: { readonly kind: EngineFaultKind; readonly message: string; readonly position?: Position }
    }

/** How a task asks the lake's process. */
export type Ask = <N extends keyof Answers>(question: Extract<Question, { name: N }>) => Promise<Answers[N]>
