// Delimited text as AWS's classifier sees it: a delimiter that cuts all rows into equally many columns, at least two; a
// header when the first row is text throughout and some column below is not.
import type { CsvDialect } from './crawler.ts'
import { mergeTypes } from './types.ts'

export interface CsvSample {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly records: number
  readonly dialect: CsvDialect
}

const delimiters = [',', '|', '\t', ';', '\u0001']
/** https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html: a header's names are shorter. */
const headerNameMax = 150

/** Undefined when the text is not delimited. `whole`: its last line is complete. */
export function sampleCsv(text: string, whole: boolean): CsvSample | undefined {
  const lines = text.split('\n').map(line => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (!whole) lines.pop()
  const filled = lines.filter(line => line !== '')
  if (filled.length < 2) return undefined
  for (const delimiter of delimiters) {
    const rows = filled.map(line => cut(line, delimiter))
    const width = rows[0]?.length ?? 0
    if (width >= 2 && rows.every(row => row.length === width)) return describe(rows, delimiter, filled)
  }
  return undefined
}

function describe(rows: readonly (readonly string[])[], delimiter: string, lines: readonly string[]): CsvSample {
  const [first = [], ...below] = rows
  const types = first.map((_, i) => below.map(row => typeOf(row[i] ?? '')).reduce(wider, undefined) ?? 'string')
  const named =
    first.every(name => typeOf(name) === 'string' && name.trim() !== '' && name.length < headerNameMax) &&
    new Set(first).size === first.length
  const header = named && types.some(type => type !== 'string')
  const all = header ? types : types.map((type, i) => wider(type, typeOf(first[i] ?? '')) ?? 'string')
  return {
    columns: first.map((name, i) => ({ name: header ? columnName(name) : `col${i}`, type: all[i] ?? 'string' })),
    records: header ? below.length : rows.length,
    dialect: { delimiter, header, quoted: lines.some(line => line.includes('"')) },
  }
}

const columnName = (text: string) => text.trim().toLowerCase()

/** Undefined for nothing, which fits every type. */
function typeOf(text: string): string | undefined {
  const value = text.trim()
  if (value === '') return undefined
  if (/^[+-]?\d{1,18}$/.test(value)) return 'bigint'
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return 'double'
  if (/^(true|false)$/i.test(value)) return 'boolean'
  return 'string'
}

function wider(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return mergeTypes(a, b)
}

/** One line; quotes may enclose the delimiter, doubled quotes are one. */
function cut(line: string, delimiter: string): readonly string[] {
  if (!line.includes('"')) return line.split(delimiter)
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string
    if (character === '"' && quoted && line[at + 1] === '"') {
      cell += '"'
      at++
    } else if (character === '"') quoted = !quoted
    else if (character === delimiter && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  return [...cells, cell]
}
