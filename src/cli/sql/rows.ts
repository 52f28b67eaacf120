/** Rows of a result as a person or a program reads them: a table, CSV, or a JSON document a line. */
export interface ShownColumn {
  readonly name: string
  readonly type: string
}

export type Cells = readonly (string | null)[]

export interface Writer {
  /** Before the first rows. */
  begin(columns: readonly ShownColumn[], first: readonly Cells[]): string
  rows(rows: readonly Cells[]): string
}

const numbers = /^(tinyint|smallint|integer|int|bigint|float|real|double|decimal)\b/

/** Longer cells are cut, so that a line stays a line. */
const cellMax = 60

/** As wide as the first page of rows needs. */
export class TableWriter implements Writer {
  #widths: readonly number[] = []
  #right: readonly boolean[] = []

  begin(columns: readonly ShownColumn[], first: readonly Cells[]): string {
    this.#right = columns.map(({ type }) => numbers.test(type))
    this.#widths = columns.map(({ name }, at) =>
      first.reduce((width, row) => Math.max(width, widthOf(shown(row[at] ?? null))), widthOf(shown(name))),
    )
    const head = columns.map(({ name }, at) => padded(shown(name), this.#widths[at] ?? 0, this.#right[at] === true))
    const rule = this.#widths.map(width => '-'.repeat(width + 2)).join('+')
    return `${` ${head.join(' | ')}`.trimEnd()}\n${rule}\n`
  }

  rows(rows: readonly Cells[]): string {
    return rows
      .map(row => {
        const cells = row.map((cell, at) => padded(shown(cell), this.#widths[at] ?? 0, this.#right[at] === true))
        return `${` ${cells.join(' | ')}`.trimEnd()}\n`
      })
      .join('')
  }
}

export const csvWriter: Writer = {
  begin: columns => csvLine(columns.map(({ name }) => name)),
  rows: rows => rows.map(csvLine).join(''),
}

/** NULL is an empty field without quotes, as in Athena's own files. */
const csvLine = (cells: Cells): string =>
  `${cells.map(cell => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`)).join(',')}\n`

/** Values are texts, as Athena's API gives them, but for numbers that JSON can hold and truth. */
export class JsonWriter implements Writer {
  #columns: readonly ShownColumn[] = []

  begin(columns: readonly ShownColumn[]): string {
    this.#columns = columns
    return ''
  }

  rows(rows: readonly Cells[]): string {
    return rows
      .map(
        row =>
          `{${row.map((cell, at) => `${JSON.stringify(this.#columns[at]?.name ?? '')}:${this.#value(cell, at)}`).join(',')}}\n`,
      )
      .join('')
  }

  #value(cell: string | null, at: number): string {
    if (cell === null) return 'null'
    const type = this.#columns[at]?.type ?? ''
    if (type === 'boolean' && /^(true|false)$/.test(cell)) return cell
    const isExact = /^(tinyint|smallint|integer|int|float|double)$/.test(type) && /^-?\d+(\.\d+)?(E-?\d+)?$/.test(cell)
    return isExact ? cell : JSON.stringify(cell)
  }
}

/** A cell is part of a line, and none of it steers the terminal. */
function shown(cell: string | null): string {
  if (cell === null) return ''
  const text = cell.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be made visible
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    control =>
      control === '\n' ? '\\n' : control === '\t' ? '\\t' : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const points = [...text]
  return points.length <= cellMax ? text : `${points.slice(0, cellMax - 1).join('')}…`
}

/** East Asian characters take two places. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (width, point) =>
      width +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(point)
        ? 2
        : 1),
    0,
  )

function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? space + text : text + space
}
