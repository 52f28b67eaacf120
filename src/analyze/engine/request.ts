// What the engine is asked and what it answers: plain values and callbacks, no behaviour. The two users of the engine
// (queries and jobs) code against these types alone.

import type { RowFormat } from '../../formats/row-format.ts'
import { EngineFault } from './fault.ts'
import type { ProjectedColumn } from './projection.ts'

/** In lower case, the database already defaulted. */
export interface TableReference {
  readonly database: string
  readonly name: string
  /** The view whose query names it, `awsdatacatalog.database.name`; absent where the statement itself does. */
  readonly inView?: string
}

/** `type` as Hive and the Glue catalog write it: `bigint`, `array<string>`, `struct<a:int>`. */
export interface Column {
  readonly name: string
  readonly type: string
}

export type DataFormat = 'parquet' | 'json' | 'csv'

export interface CsvLayout {
  readonly delimiter: string
  /** Absent: no quoting, as Hive's LazySimpleSerDe. */
  readonly quote?: string
  readonly escape?: string
  readonly skipLines: number
  /** The text that stands for NULL; `\N` when absent. */
  readonly nullText?: string
}

/** A file that a scan reads. `path` is what the user sees ("$path") and tells the compression by its end (.gz, .zst). */
export interface ScanFile {
  /** Index into the table's partitions; -1 when it has none. */
  readonly partition: number
  readonly path: string
  /** Absolute path on this machine. */
  readonly file: string
  readonly bytes: number
  /** Milliseconds since 1970 UTC; absent where it is not known. */
  readonly modifiedAt?: number
  /** Of a partition that is not laid out as its table; with the columns that it declares. */
  readonly layout?: FileLayout & { readonly columns: readonly Column[] }
}

/** How files become rows. */
export interface FileLayout {
  readonly format: DataFormat
  readonly csv?: CsvLayout
  /** How lines become rows. Absent: of JSON as OpenX's SerDe does, of CSV as `csv` says. */
  readonly rows?: RowFormat
  /** Of Parquet: columns are found by their places, and not by their names. */
  readonly isByPlace?: true
}

/** What the catalog says a table is. */
export interface TableSource extends FileLayout {
  readonly database: string
  readonly name: string
  readonly columns: readonly Column[]
  readonly partitionColumns: readonly Column[]
  /** Of a view, which has no files: its query, the database that this is meant in, and its columns with Athena's types. */
  readonly view?: { readonly sql: string; readonly database: string; readonly columns: readonly Column[] }
  /** Empty for a table that is not partitioned. */
  readonly partitions: readonly { readonly values: readonly string[] }[]
  /** Names this very list of partitions, for good: who has had it once need not be sent it again. */
  readonly partitionsKey?: string
  /** It has a row for each of its partitions, of their values, and no files: `"name$partitions"`. */
  readonly isPartitionList?: true
  /** Of each partition column. Where it is there, partitions are made of it, and `partitions` is empty. */
  readonly projection?: readonly ProjectedColumn[]
  /**
   * The files of these partitions only; of the whole table, with partition -1, for an empty list of an unpartitioned one.
   * Of a table with a projection the partitions are given by their values, and a file's `partition` is its place among them.
   */
  files(partitionIndexes: readonly number[], projected?: readonly (readonly string[])[]): Promise<readonly ScanFile[]>
}

export interface QueryRequest {
  /** One SELECT in Athena's language. */
  readonly sql: string
  readonly defaultDatabase: string
  /** What current_timestamp is, milliseconds since 1970 UTC. */
  readonly now: number
  /** Called once with the tables that the statement names; answers in the same order; throws the caller's own error for an unknown one. */
  readonly tables: (references: readonly TableReference[]) => Promise<readonly TableSource[]>
  /** A directory of its own in which the child may write. */
  readonly resultDirectory: string
  readonly result: 'athena-csv'
  readonly reading?: Reading
  readonly signal: AbortSignal
  readonly deadlineMilliseconds: number
}

/** How a statement's reading is followed while it goes on. */
export interface Reading {
  /**
   * Told now and then how many bytes have been read so far, and how many it will be at least: text is read whole, of Parquet
   * nobody knows. What it throws ends the statement.
   */
  readonly told: (bytes: number, atLeast: number) => void
  /** Whether it may throw: then it is told before anything is read, and often. */
  readonly isBounded: boolean
}

export interface ResultColumn {
  readonly name: string
  /** Athena's name: `varchar`, `bigint`, `double`, `array(bigint)`, … */
  readonly type: string
  readonly nullable: boolean
}

export interface QueryResult {
  readonly columns: readonly ResultColumn[]
  readonly rows: number
  /** The result in the result directory, Athena's CSV with its header. */
  readonly file: string
  readonly bytes: number
  /** Measured: of Parquet what was really read, of text formats the whole (compressed) files. */
  readonly scannedBytes: number
  readonly engineMilliseconds: number
  readonly planningMilliseconds: number
  /** Per `database.table`, how many partitions were read. */
  readonly partitionsRead: Readonly<Record<string, number>>
}

export interface ExplainRequest extends Omit<QueryRequest, 'result'> {
  /** Only the columns are asked for: no partition and no file is looked up. */
  readonly isOfColumns?: boolean
}

export interface ExplainResult {
  readonly columns: readonly {
    readonly name: string
    /** Whether the query names it, or its place does. */
    readonly isNamed: boolean
    readonly type: string
    readonly hiveType: string
  }[]
  readonly scans: readonly ScanSummary[]
  readonly planningMilliseconds: number
}

/** One mention of a table, and what of it is to be read. */
export interface ScanSummary {
  readonly database: string
  readonly name: string
  readonly format: DataFormat
  /** Absent where it has none. */
  readonly partitions?: number
  /** How many there are; not known where they are projected. */
  readonly partitionsMax?: number
  readonly files: number
  readonly bytes: number
}

export interface SourceFile {
  readonly path: string
  readonly file: string
  readonly bytes: number
}

/**
 * A query whose rows become files, under a location or in a table. Where it is strict nothing is cast that the query does
 * not cast itself, as Athena has it; else the nearest type is taken.
 */
export type WriteStatement =
  | {
      readonly kind: 'unload'
      readonly query: string
      readonly location: string
      readonly format: DataFormat
      readonly compression: Compression
      /** Of ZSTD in Parquet, 1 to 22. */
      readonly compressionLevel?: number
      readonly partitionedBy: readonly string[]
      readonly delimiter: string
      /** Absent: text is written without quotes. */
      readonly quote?: string
      readonly buckets?: Buckets
      readonly isStrict: boolean
    }
  | {
      readonly kind: 'insert'
      readonly target: TableReference
      readonly columns: readonly string[]
      readonly query: string
      /** INSERT OVERWRITE: the rows take the place of the table's. */
      readonly isReplacing?: boolean
      readonly isStrict: boolean
    }

/** Into how many files the rows of a partition are parted by Hive's hash of these columns. */
export interface Buckets {
  readonly columns: readonly string[]
  readonly count: number
}

export interface TransformRequest {
  /** `UNLOAD (SELECT …) TO 's3://…' WITH (…)`, `INSERT INTO t SELECT …` or `INSERT OVERWRITE t SELECT …` as text, or read already. */
  readonly script: string | WriteStatement
  /** The values of ${NAME} in a script that is a text. */
  readonly arguments: Readonly<Record<string, string>>
  readonly defaultDatabase: string
  readonly now: number
  /** The relation `source`: raw objects. Without it `source` is a table like any other. */
  readonly source?: {
    readonly files: readonly SourceFile[]
    /** Inferred from a bounded sample of the data when absent. */
    readonly schema?: readonly Column[]
    readonly required: readonly string[]
    /** By the end of the path (.csv, .csv.gz) when absent, else json. */
    readonly format?: 'json' | 'csv'
    /** With a header, commas and double quotes when absent. */
    readonly csv?: { readonly header: boolean; readonly delimiter: string; readonly quote: string }
  }
  readonly tables: (references: readonly TableReference[]) => Promise<readonly TableSource[]>
  readonly target: (reference: TableReference, isReplaced: boolean) => Promise<TargetTable>
  /** Of tables; not of `source`. */
  readonly reading?: Reading
  readonly scratchDirectory: string
  readonly signal: AbortSignal
  readonly deadlineMilliseconds: number
}

export interface WrittenText extends Pick<CsvLayout, 'delimiter' | 'quote' | 'nullText'> {
  /** What is written in front of each of these characters in a text; absent: texts are written as they are. */
  readonly escape?: { readonly mark: string; readonly characters: string }
  /** Below the delimiter: between elements, and between keys and values. Each level has its own; control characters when absent. */
  readonly separators?: readonly string[]
}

export interface TargetTable {
  readonly database: string
  readonly name: string
  readonly columns: readonly Column[]
  readonly partitionColumns: readonly Column[]
  readonly format: DataFormat
  readonly compression?: Compression
  /** Of text; commas and double quotes when absent. */
  readonly csv?: WrittenText
}

/** SNAPPY and LZ4 in Parquet only. */
export type Compression = 'SNAPPY' | 'GZIP' | 'ZSTD' | 'LZ4' | 'NONE'

export interface TransformResult {
  readonly target:
    | { readonly kind: 'prefix'; readonly location: string }
    | {
        readonly kind: 'table'
        readonly database: string
        readonly name: string
        /** What it held is to go when the files come. */
        readonly isReplaced?: boolean
      }
  readonly format: DataFormat
  /** With its dot: `.parquet`, `.json.gz`, … */
  readonly extension: string
  readonly files: readonly WrittenFile[]
  /** What is in the files, Hive types, without the partition columns. */
  readonly columns: readonly Column[]
  readonly partitionColumns: readonly Column[]
  /** Documents found in `source`; with tables only, the rows that the SELECT returned. */
  readonly recordsIn: number
  /** Of these, handed to the SELECT: recordsIn = recordsOut + deadLetters.count, each of the three counted by itself. */
  readonly recordsOut: number
  /** Rows that the SELECT returned: a WHERE or a GROUP BY makes it differ from recordsOut. */
  readonly rowsWritten: number
  /** `file`: JSON lines {"reason","object","line","ordinal","raw"} in the scratch directory. */
  readonly deadLetters: { readonly count: number; readonly file?: string }
  /** Objects that hold documents without a newline between them. */
  readonly missingDelimiter: readonly string[]
  readonly readBytes: number
  readonly planningMilliseconds: number
  readonly engineMilliseconds: number
  /** As declared or as inferred. */
  readonly sourceSchema?: readonly Column[]
}

export interface WrittenFile {
  readonly file: string
  readonly bytes: number
  /** Not known of text in partitions. */
  readonly rows?: number
  /** Empty when not partitioned; null stands for Hive's default partition. */
  readonly partition: readonly (readonly [name: string, value: string | null])[]
  /** From 0; absent where rows are in no buckets. */
  readonly bucket?: number
  readonly columns: readonly WrittenColumn[]
}

export interface WrittenColumn {
  readonly name: string
  readonly minimum?: string
  readonly maximum?: string
  readonly nulls?: number
}

/** How Firehose turns records into a file of a table. */
export interface ConvertRequest {
  /** A file of the scratch directory: JSON documents, one a line (line breaks inside them were made spaces). */
  readonly lines: string
  /** Without the table's partition columns. */
  readonly columns: readonly Column[]
  readonly input:
    | {
        readonly serde: 'openx'
        readonly caseInsensitive: boolean
        readonly dotsToUnderscores: boolean
        /** Of a column the key that documents have for it. */
        readonly keyMappings: Readonly<Record<string, string>>
      }
    /** Joda's patterns, or `millis`. */
    | { readonly serde: 'hive'; readonly timestampFormats: readonly string[] }
  readonly output: { readonly format: 'parquet'; readonly compression: 'SNAPPY' | 'GZIP' | 'UNCOMPRESSED' }
  readonly scratchDirectory: string
  readonly signal: AbortSignal
  readonly deadlineMilliseconds: number
}

export interface ConvertResult {
  /** In the scratch directory; undefined when no row was good. */
  readonly file: string | undefined
  readonly bytes: number
  readonly rows: number
  /** In their order. The others are in the file, in theirs. */
  readonly failed: readonly ConvertFailure[]
}

export interface ConvertFailure {
  /** From 0. */
  readonly line: number
  /** AWS's: `DataFormatConversion.ParseError`, `DataFormatConversion.MalformedData`. */
  readonly code: string
  readonly message: string
}

/**
 * `'deviceId string, s struct<a:int,b:string>'` as columns. Names stay as they are written: SQL tells no case apart, the keys
 * of documents do. So two names may not differ by case only.
 */
export function parseSchema(text: string): readonly Column[] {
  const columns: Column[] = []
  for (const part of splitOutside(text)) {
    const found = /^\s*[`"]?([^\s`":]+)[`"]?(?:\s*:\s*|\s+)(\S.*?)\s*$/s.exec(part)
    if (found?.[1] === undefined || found[2] === undefined) {
      throw new EngineFault(
        'semantic',
        `The schema '${text}' cannot be read at '${part.trim()}': write it as 'name type, name type', for example 'device_id string, temperature double'.`,
      )
    }
    columns.push({ name: found[1], type: typeWords(found[2]) })
  }
  const seen = new Map<string, string>()
  for (const { name } of columns) {
    const before = seen.get(name.toLowerCase())
    if (before !== undefined)
      throw new EngineFault(
        'semantic',
        `The schema '${text}' names a column twice${before === name ? '' : ` (${before} and ${name}, which SQL does not tell apart)`}. Every name may occur once.`,
      )
    seen.set(name.toLowerCase(), name)
  }
  return columns
}

/** Types in lower case; the names of a struct's fields, which a colon follows, as they are written. */
const typeWords = (type: string): string =>
  type.replace(/[^<>(),:\s]+/g, (word, at: number) =>
    /^\s*:/.test(type.slice(at + word.length)) ? word : word.toLowerCase(),
  )

/** Cut at the commas that no bracket encloses. */
export function splitOutside(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '<' || character === '(') depth += 1
    else if (character === '>' || character === ')') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, index))
      from = index + 1
    }
  }
  parts.push(text.slice(from))
  return parts
}
