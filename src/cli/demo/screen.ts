/**
 * What the demo shows while it runs: on a terminal a block of bars that is drawn over, otherwise a line whenever
 * something has happened. It knows nothing of lakes, only names, figures and how full something is.
 */
import type { Terminal } from '../../world/terminal.ts'

export interface Gauge {
  readonly name: string
  readonly value: string
  /** 0 to 1 draws a bar. */
  readonly fill?: number
  readonly note?: string
}

const barCells = 24

export class Screen {
  readonly #terminal: Terminal
  #drawn = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  title(text: string): void {
    this.#settle()
    this.#terminal.out(`\n${this.#paint('1', text)}\n`)
  }

  line(text: string): void {
    this.#settle()
    this.#terminal.out(`  ${text}\n`)
  }

  done(text: string): void {
    this.line(`${this.#paint('32', '✓')} ${text}`)
  }

  /** A remark, with an example cut to what the line still holds. */
  aside(text: string, example: string): void {
    const room = this.#terminal.columns - text.length - 8
    const shown = example.length > room ? `${example.slice(0, Math.max(0, room - 1))}…` : example
    this.line(`  ${this.#paint('33', text)}  ${this.#paint('2', shown)}`)
  }

  /** Takes the gauges drawn last away again. */
  erase(): void {
    if (this.#drawn > 0) this.#terminal.out(`\u001b[${this.#drawn}A\u001b[0J`)
    this.#drawn = 0
  }

  /** Draws over the gauges drawn last. Where nobody watches, nothing: `done` tells what came of it. */
  gauges(gauges: readonly Gauge[]): void {
    if (!this.#terminal.interactive) return
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : ''
    const width = Math.max(...gauges.map(gauge => gauge.name.length))
    const values = Math.max(...gauges.map(gauge => gauge.value.length))
    const rows = gauges.map(({ name, value, fill, note }) => {
      const bar = fill === undefined ? ' '.repeat(barCells) : this.#bar(fill)
      const row = `  ${name.padEnd(width)}  ${bar}  ${value.padStart(values)}${note ? `  ${this.#paint('2', note)}` : ''}`
      return `\u001b[2K${row}\n`
    })
    this.#terminal.out(up + rows.join(''))
    this.#drawn = gauges.length
  }

  table(header: readonly string[], rows: readonly (readonly string[])[]): void {
    this.#settle()
    const widths = header.map((name, column) => Math.max(name.length, ...rows.map(row => (row[column] ?? '').length)))
    const numeric = header.map((_, column) => rows.every(row => /^-?[\d.,]*$/.test(row[column] ?? '')))
    const show = (row: readonly string[]) =>
      row
        .map((cell, column) =>
          numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('   ')
        .trimEnd()
    this.#terminal.out(
      `\n  ${this.#paint('1', show(header))}\n  ${widths.map(width => '─'.repeat(width)).join('   ')}\n`,
    )
    for (const row of rows) this.#terminal.out(`  ${show(row)}\n`)
    this.#terminal.out('\n')
  }

  dim(text: string): string {
    return this.#paint('2', text)
  }

  strong(text: string): string {
    return this.#paint('1', text)
  }

  /** What was drawn stays; the next thing begins below it. */
  #settle(): void {
    this.#drawn = 0
  }

  #bar(fill: number): string {
    const cells = Math.round(Math.min(1, Math.max(0, fill)) * barCells)
    return this.#paint('36', '█'.repeat(cells)) + this.#paint('2', '░'.repeat(barCells - cells))
  }

  #paint(code: string, text: string): string {
    return this.#terminal.colours ? `\u001b[${code}m${text}\u001b[0m` : text
  }
}

export const bytesOf = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let size = bytes / 1024
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`
}
export const countOf = (count: number): string => count.toLocaleString('en-US')
