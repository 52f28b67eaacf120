// The relation `source` of a job: raw objects as rows, in one pass where that is safe.
//
//   examine heads ─▶ lines ──read_csv of raw lines, json_transform──▶ stage ─▶ checked per object ─▶ source (a view)
//                    │                                                  │ short, glued or unreadable: its rows go
//                    └─▶ documents ──splitter──▶ normalised lines ──▶ stage ◀┘ and the splitter does it again
//
// Guarantees: every document of every object is either a row of `source` or a dead letter, never both, never neither; the
// three numbers are counted apart and compared. A row of the stage is good (0), bad (1) or a blank line (2).

import { identifier, list, literal } from '../../sql/text.ts'
import { EngineFault } from '../fault.ts'
import type { Column, TransformRequest } from '../request.ts'
import { csvCutters, inferCsvSchema, rawKey } from './csv-source.ts'
import type { CsvFormat } from './csv-splitter.ts'
import { directory } from './files.ts'
import { inferSchema } from './infer.ts'
import { type Normalised, Normaliser } from './normaliser.ts'
import { type CutterOf, examine, type RawObject } from './raw-object.ts'
import { type RecordColumns, recordColumns } from './record-columns.ts'
import type { Session } from './session.ts'

export interface LoadedSource {
  readonly schema: readonly Column[]
  readonly recordsIn: number
  readonly recordsOut: number
  readonly deadLetters: { readonly count: number; readonly file?: string }
  readonly missingDelimiter: readonly string[]
  readonly readBytes: number
}

const examinedAtOnce = 16
const objectsNumberedAtOnce = 32

/** What is known of the source before its documents are read: the statement is translated with it. */
export interface ExaminedSource {
  readonly schema: readonly Column[]
  readonly required: readonly string[]
  readonly objects: readonly RawObject[]
  readonly heads: readonly string[]
  readonly csv?: CsvFormat
}

export async function examineSource(source: NonNullable<TransformRequest['source']>): Promise<ExaminedSource> {
  const csv = csvOf(source)
  const objects: RawObject[] = []
  for (let from = 0; from < source.files.length; from += examinedAtOnce) {
    const some = source.files.slice(from, from + examinedAtOnce)
    objects.push(...(await Promise.all(some.map(file => examine(file)))))
  }
  const heads = objects.map(object => object.head).filter(head => head !== '')
  const sample = heads.slice(0, 50)
  if (csv === undefined)
    return { schema: source.schema ?? inferSchema(sample), required: source.required, objects, heads }
  const zstd = objects.find(({ compression }) => compression === 'zstd')
  if (zstd !== undefined)
    throw new EngineFault('unsupported', `${zstd.path}: CSV in zstd is not supported by this engine yet: use gzip.`)
  const cut = objects.map(object => (object.layout === 'lines' ? { ...object, layout: 'documents' as const } : object))
  return { schema: source.schema ?? inferCsvSchema(sample, csv), required: source.required, objects: cut, heads, csv }
}

export async function loadSource(
  session: Session,
  { schema, required, objects, heads, csv }: ExaminedSource,
  scratch: string,
): Promise<LoadedSource> {
  const spelled = csv === undefined ? spellings(schema, heads) : new Map<string, string>()
  const cutters = csv && csvCutters(csv, schema)
  const stage = new Stage(session, recordColumns(schema, schema.length === 0 ? [] : required, spelled), cutters)
  await stage.create()
  const slow = await stage.loadLines(objects.filter(object => object.layout === 'lines'))
  const documents = objects.filter(object => object.layout === 'documents' || slow.has(object))
  const missingDelimiter = await stage.loadDocuments(documents, await directory(`${scratch}/normalised`))
  const counted = await stage.finish(`${scratch}/dead-letters.json`)
  return {
    schema,
    ...counted,
    missingDelimiter,
    readBytes: objects.reduce((sum, object) => sum + object.bytes, 0),
  }
}

/** How its objects are delimited text; undefined where they are JSON. Both under one prefix would be guessing. */
function csvOf({ files, format, csv }: NonNullable<TransformRequest['source']>): CsvFormat | undefined {
  const named = files.filter(({ path }) => /\.csv(\.(gz|zst|bz2|deflate|snappy|lz4))?$/i.test(path))
  const isCsv = format === undefined ? named.length > 0 : format === 'csv'
  const [other] = format === undefined && isCsv ? files.filter(file => !named.includes(file)) : []
  if (other !== undefined)
    throw new EngineFault(
      'semantic',
      `The source holds CSV (${named[0]?.path}) and other objects (${other.path}). Put them under prefixes of their own, or say with --SOURCE_FORMAT what all of them are.`,
    )
  return isCsv ? (csv ?? { header: true, delimiter: ',', quote: '"' }) : undefined
}

/**
 * Hive's names do not tell case apart, JSON's do: the spelling that the data has. A name with capitals was not taken from a
 * catalog: it is the key, as it is to Spark.
 */
function spellings(schema: readonly Column[], heads: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const column of schema) {
    if (column.name !== column.name.toLowerCase()) continue
    const escaped = column.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const pattern = new RegExp(`"(${escaped})"\\s*:`, 'gi')
    for (const head of heads.slice(0, 50)) {
      const names = [...head.matchAll(pattern)].map(match => match[1] ?? '')
      const spelled = names.includes(column.name) ? column.name : names[0]
      if (spelled !== undefined && found.get(column.name) !== column.name) found.set(column.name, spelled)
    }
  }
  return found
}

class Stage {
  readonly #session: Session
  readonly #record: RecordColumns
  /** Of delimited text. */
  readonly #cutters: CutterOf | undefined
  /** Objects by the number that their rows carry. */
  readonly #objects: RawObject[] = []
  readonly #numbers = new Map<RawObject, number>()
  /** Pieces that the splitter handed out, counted as it did. */
  #pieces = 0
  #linesIn = 0

  constructor(session: Session, record: RecordColumns, cutters: CutterOf | undefined) {
    this.#session = session
    this.#record = record
    this.#cutters = cutters
  }

  /**
   * Few and narrow columns: what every row carries decides the speed. `raw` is the text of a bad document, '' of a blank
   * line and NULL of a good document; `length` counts the line with its newline.
   */
  async create(): Promise<void> {
    const columns = this.#record.types.map((type, index) => `c${index} ${type}`)
    const kept = ['bad BOOLEAN', 'raw VARCHAR', 'object INTEGER', 'length INTEGER']
    await this.#session.run(`CREATE TEMP TABLE athena_stage (${[...columns, ...kept].join(', ')})`)
    await this.#session.run(
      'CREATE TEMP TABLE athena_dead (reason VARCHAR, object INTEGER, line BIGINT, ordinal INTEGER, raw VARCHAR)',
    )
    const names = this.#record.columns.map((column, index) => `c${index} AS ${identifier(column.name.toLowerCase())}`)
    await this.#session.run(
      `CREATE TEMP VIEW source AS SELECT ${names.join(', ') || 'NULL AS athena_nothing'} FROM athena_stage WHERE NOT bad`,
    )
  }

  /** The fast way. Answers with the objects that need the slow one; none of their rows is left in the stage. */
  async loadLines(objects: readonly RawObject[]): Promise<ReadonlySet<RawObject>> {
    const slow = new Set<RawObject>()
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const group = objects.filter(object => object.compression === compression)
      if (group.length === 0) continue
      const first = this.#objects.length
      for (const object of group) this.#number(object)
      const raws = `SELECT line, CAST(file_index AS INTEGER) + ${first} AS object FROM ${lineReader(group)}`
      try {
        await this.#insert(raws)
      } catch (cause) {
        if (!ofTheData(cause)) throw cause
        // One object that cannot be read as lines fails the statement and undoes all of it: each goes the slow way, which
        // says exactly what is wrong with which.
        if (compression === 'zstd') throw zstdRefused()
        for (const object of group) slow.add(object)
      }
    }
    for (const object of await this.#suspects(objects.filter(one => !slow.has(one)))) slow.add(object)
    if (slow.size > 0) {
      const numbers = [...slow].map(object => this.#number(object))
      await this.#session.run(`DELETE FROM athena_stage WHERE object IN (${numbers.join(', ')})`)
    }
    const [row] = await this.#session.rows("SELECT count(*) FROM athena_stage WHERE raw IS NULL OR raw <> ''")
    this.#linesIn = Number(row?.[0] ?? 0)
    await this.#numberBadLines()
    return slow
  }

  #number(object: RawObject): number {
    const known = this.#numbers.get(object)
    if (known !== undefined) return known
    this.#numbers.set(object, this.#objects.length)
    this.#objects.push(object)
    return this.#objects.length - 1
  }

  async #insert(raws: string): Promise<void> {
    const columns = this.#record.values.map((_, index) => `v${index}`)
    const raw = "CASE WHEN bad THEN CASE WHEN line IS NULL OR trim(line, E' \\t\\r') = '' THEN '' ELSE line END END"
    await this.#session.run(`INSERT INTO athena_stage
      SELECT ${[...columns, 'bad', raw].join(', ')}, object, coalesce(strlen(line), 0) + 1 FROM (${this.#judged(raws, ['object'])})`)
  }

  /** Rows of `line` and `others`, with the values v0, v1, … and `bad`. */
  #judged(raws: string, others: readonly string[]): string {
    const { structure, values, bad } = this.#record
    const named = values.map((value, index) => `${value} AS v${index}`)
    const kept = ['line', ...others].join(', ')
    return `SELECT *, ${bad} AS bad
      FROM (SELECT ${[...named, 's', kept].join(', ')}
        FROM (SELECT ${kept}, try(json_transform(line, ${structure})) AS s FROM (${raws})))`
  }

  /**
   * Objects whose lines do not add up to their size, or that hold documents which are not one a line: a broken line in
   * which something follows a closing brace, or that ends where a document would go on.
   */
  async #suspects(objects: readonly RawObject[]): Promise<readonly RawObject[]> {
    if (objects.length === 0) return []
    const rows = await this.#session.rows(`
      SELECT object, CAST(sum(length) AS BIGINT), coalesce(bool_or(
        CASE WHEN raw IS NULL OR raw = '' OR json_valid(raw) THEN false
        ELSE regexp_matches(raw, '\\}\\s*[^\\s,}\\]]') OR regexp_matches(trim(raw), '^[{\\[]$|[{\\[,]$') END), false)
      FROM athena_stage GROUP BY object`)
    const sizes = new Map(rows.map(row => [Number(row[0]), { bytes: Number(row[1]), glued: row[2] === true }]))
    return objects.filter(object => {
      const found = sizes.get(this.#number(object)) ?? { bytes: 0, glued: false }
      if (found.glued) return true
      if (object.textBytes === undefined) return false
      // The last line may lack its newline, which is counted for each.
      const over = (found.bytes - object.textBytes) % 2 ** 32
      return over !== 0 && over !== 1
    })
  }

  /** The reader of lines does not number them: objects with bad lines are read again, in order. */
  async #numberBadLines(): Promise<void> {
    const rows = await this.#session.rows("SELECT DISTINCT object FROM athena_stage WHERE raw <> '' ORDER BY object")
    const numbered = rows.map(row => {
      const number = Number(row[0])
      const object = this.#objects[number]
      return object === undefined
        ? ''
        : `SELECT NULL, ${number}, at_line, 1, line
           FROM (SELECT line, row_number() OVER () AS at_line FROM ${lineReader([object], true)})
           WHERE line IN (SELECT raw FROM athena_stage WHERE raw <> '' AND object = ${number})`
    })
    // Each object in its own order, several at once.
    for (let from = 0; from < numbered.length; from += objectsNumberedAtOnce) {
      const some = numbered.slice(from, from + objectsNumberedAtOnce)
      await this.#session.run(`INSERT INTO athena_dead ${some.join(' UNION ALL ')}`)
    }
  }

  /** The slow way. Answers with the objects that hold documents without a line break between them. */
  async loadDocuments(objects: readonly RawObject[], into: string): Promise<readonly string[]> {
    const glued: string[] = []
    for (const object of objects) {
      const number = this.#number(object)
      const made = await Normaliser.run(object, `${into}/${number}`, this.#cutters)
      this.#pieces += made.pieces
      if (made.glued) glued.push(object.path)
      if (made.documents > 0) await this.#takeDocuments(made, number)
      if (made.rejects > 0) {
        const columns = "columns = {reason: 'VARCHAR', line: 'BIGINT', ordinal: 'INTEGER', raw: 'VARCHAR'}"
        await this.#session.run(
          `INSERT INTO athena_dead SELECT reason, ${number}, line, ordinal, raw
           FROM read_json(${literal(made.rejectsFile)}, format = 'newline_delimited', maximum_object_size = ${made.longestBytes * 6 + 4096}, ${columns})`,
        )
      }
    }
    return glued
  }

  async #takeDocuments(made: Normalised, number: number): Promise<void> {
    const columns = "columns = {at_line: 'BIGINT', ordinal: 'INTEGER', line: 'VARCHAR'}"
    const reader = `read_csv(${literal(made.documentsFile)}, ${columns}, ${rawLines}, max_line_size = ${made.longestBytes + 4096})`
    await this.#insert(`SELECT line, ${number} AS object FROM ${reader}`)
    const [row] = await this.#session.rows(`SELECT count(*) FROM athena_stage WHERE bad AND object = ${number}`)
    if (Number(row?.[0] ?? 0) === 0) return
    const judged = this.#judged(`SELECT line, at_line, ordinal FROM ${reader}`, ['at_line', 'ordinal'])
    await this.#session.run(
      `INSERT INTO athena_dead SELECT NULL, ${number}, at_line, ordinal, line FROM (${judged}) WHERE bad`,
    )
  }

  /** Writes the dead letters and counts: what came in, what goes on, what does not, each by itself. */
  async finish(file: string): Promise<Pick<LoadedSource, 'recordsIn' | 'recordsOut' | 'deadLetters'>> {
    const recordsIn = this.#linesIn + this.#pieces
    const [good] = await this.#session.rows('SELECT count(*) FROM source')
    const recordsOut = Number(good?.[0] ?? 0)
    const [dead] = await this.#session.rows('SELECT count(*) FROM athena_dead')
    let count = 0
    if (Number(dead?.[0] ?? 0) > 0) {
      const { structure, values, reason } = this.#record
      const named = values.map((value, index) => `${value} AS v${index}`)
      const names = list(this.#objects.map(object => object.path))
      const raw = this.#cutters === undefined ? 'line' : `coalesce(try(json_extract_string(line, '$.${rawKey}')), line)`
      const written = await this.#session.rows(`
        COPY (
          SELECT coalesce(given, ${reason}) AS reason, ${names}[object + 1] AS object, at_line AS line, ordinal, ${raw} AS raw
          FROM (SELECT *, ${named.join(', ') || 'NULL'}
            FROM (SELECT reason AS given, object, line AS at_line, ordinal, raw AS line,
                CASE WHEN reason IS NULL THEN try(json_transform(raw, ${structure})) END AS s
              FROM athena_dead))
          ORDER BY 2, 3, 4
        ) TO ${literal(file)} (FORMAT json)`)
      count = Number(written[0]?.[0] ?? 0)
    }
    if (recordsIn !== recordsOut + count) {
      throw new EngineFault(
        'data',
        `GENERIC_INTERNAL_ERROR: the records do not add up: ${recordsIn} read, ${recordsOut} taken, ${count} dead letters. Nothing was written.`,
      )
    }
    return { recordsIn, recordsOut, deadLetters: count === 0 ? { count } : { count, file } }
  }
}

/** Whether the objects are at fault: a statement that does not bind is a bug, and no slow way would mend it. */
function ofTheData(cause: unknown): boolean {
  return /^(Invalid Input|IO|Conversion) Error/.test(cause instanceof Error ? cause.message : '')
}

/** Raw lines: a delimiter that no JSON holds, no quotes, no guessing. */
const rawLines = "delim = chr(1), quote = '', escape = '', header = false, auto_detect = false, new_line = '\\n'"

function lineReader(objects: readonly RawObject[], inOrder = false): string {
  const options = [
    "columns = {line: 'VARCHAR'}",
    rawLines,
    `compression = '${objects[0]?.compression ?? 'none'}', hive_partitioning = false`,
    ...(inOrder ? ['parallel = false'] : []),
  ]
  return `read_csv(${list(objects.map(object => object.file))}, ${options.join(', ')})`
}

function zstdRefused(): EngineFault {
  return new EngineFault(
    'unsupported',
    'A zstd object that is not whole lines of UTF-8 is not supported by this engine yet: use gzip.',
  )
}
