// One line of documents as rows, the slow and exact way: what DuckDB's own JSON functions take too easily, or cannot tell,
// is judged here. A line holds one document, or several one after the other; one that does not fit fails its line.

import { isUtf8 } from 'node:buffer'
import type { ConvertFailure, ConvertRequest } from '../request.ts'
import {
  Digits,
  digitsNeeded,
  isObject,
  type Json,
  type Manner,
  Misfit,
  named,
  type ToText,
  toText,
} from './exact-value.ts'
import { withMarkedKeys } from './key-order.ts'
import { comparableName, keyOf } from './keys.ts'
import { documentBytesMax, type Piece, Splitter } from './splitter.ts'
import { hiveTimestamp, openxTimestamp } from './timestamps.ts'

const parseError = 'DataFormatConversion.ParseError'
export const malformedData = 'DataFormatConversion.MalformedData'

/** A document nested deeper is refused: nobody's schema goes there, and the recursion over it must end. */
const depthMax = 1000

export type ExactLine =
  /** A row's values as JSON text, in the order of the columns. */
  { readonly rows: readonly (readonly string[])[] } | { readonly failure: Omit<ConvertFailure, 'line'> }

export function mannerOf(input: ConvertRequest['input']): Manner {
  const nameOf = (key: string) => comparableName(key, input)
  if (input.serde === 'openx') return { lenient: true, timestamp: openxTimestamp, nameOf }
  return { lenient: false, timestamp: hiveTimestamp(input.timestampFormats), nameOf }
}

export class ExactLines {
  readonly #manner: Manner
  readonly #columns: readonly { readonly wanted: string; readonly exact: string; readonly to: ToText }[]

  constructor(request: Pick<ConvertRequest, 'columns' | 'input'>) {
    const manner = mannerOf(request.input)
    this.#manner = manner
    this.#columns = request.columns.map(column => {
      const exact = keyOf(request.input, column.name)
      return { wanted: manner.nameOf(exact), exact, to: toText(column.type, manner) }
    })
  }

  read(line: Uint8Array): ExactLine {
    try {
      return { rows: this.#rows(line) }
    } catch (cause) {
      if (cause instanceof Misfit) return { failure: { code: malformedData, message: cause.message } }
      if (cause instanceof SyntaxError) {
        return { failure: { code: parseError, message: `Encountered malformed JSON. ${cause.message}` } }
      }
      throw cause
    }
  }

  #rows(line: Uint8Array): readonly (readonly string[])[] {
    try {
      return documentsOf(line, parsed).map(document => this.#row(document))
    } catch (cause) {
      if (cause !== digitsNeeded) throw cause
      return documentsOf(line, parsedToTheDigit).map(document => this.#row(document))
    }
  }

  #row(document: Json): readonly string[] {
    if (!isObject(document)) throw new Misfit('Data does not match the schema. A JSON object is required')
    // Needed for what is not spelled as the column is, or not there.
    let members: ReadonlyMap<string, Json> | undefined
    return this.#columns.map(({ wanted, exact, to }) => {
      if (Object.hasOwn(document, exact)) return to(document[exact] ?? null)
      members ??= named(document, this.#manner)
      return to(members.get(wanted) ?? null)
    })
  }
}

export function documentsOf(line: Uint8Array, parse: (text: string) => Json): readonly Json[] {
  if (!isUtf8(line)) throw new SyntaxError('The record is not UTF-8')
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString()
  if (deep(text)) throw new SyntaxError(`The document is nested deeper than ${depthMax} levels`)
  try {
    return [parse(text)]
  } catch (cause) {
    const documents = cause instanceof SyntaxError ? several(line, parse) : undefined
    if (documents === undefined) throw cause
    return documents
  }
}

export function parsed(text: string): Json {
  // Of so many digits a double may not hold all.
  return /\d[\d.]{15}/.test(text) ? parsedToTheDigit(text) : (JSON.parse(withMarkedKeys(text)) as Json)
}

/** Takes several times as long. */
export function parsedToTheDigit(text: string): Json {
  const exact = (_: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value
  return JSON.parse(withMarkedKeys(text), exact) as Json
}

/** Brackets in strings count too: few documents are looked at twice. */
function deep(text: string): boolean {
  if (text.length <= depthMax) return false
  let depth = 0
  for (const [bracket] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (bracket === '[' || bracket === '{') depth += 1
    else if (bracket === ']' || bracket === '}') depth -= 1
    if (depth > depthMax) return true
  }
  return false
}

/** Undefined where the line is not a row of whole documents. */
function several(line: Uint8Array, parse: (text: string) => Json): readonly Json[] | undefined {
  if (line.length > documentBytesMax) return undefined
  const pieces: Piece[] = []
  const splitter = new Splitter(piece => pieces.push(piece))
  splitter.push(line)
  splitter.end(undefined)
  if (pieces.length < 2 || pieces.some(piece => piece.reason !== undefined)) return undefined
  return pieces.map(piece => parse(Buffer.from(piece.bytes).toString()))
}
