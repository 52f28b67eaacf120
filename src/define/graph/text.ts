/**
 * The way of the data for a terminal: a chain in a line, what is to be known of each part beneath its name, branches below.
 * No line is wider than asked for.
 *
 *     temperature-stream ─ records ─▶ temperature-to-s3
 *     stream                          delivery
 *     1 shard                         gzip, 60 s or 5 MiB
 */
import { chainsOf, type Link } from './chains.ts'
import { broken, columnsOf } from './measure.ts'
import type { Way } from './way.ts'

export interface TextOptions {
  /** At least 40. */
  readonly columns: number
}

/** Where a chain goes on in the next line. */
const indent = 2

export function textOf(way: Way, { columns }: TextOptions): string {
  const width = Math.max(40, columns)
  const blocks = chainsOf(way).map(chain => linesOf(chain, width).join('\n'))
  return `${broken(`${way.lake} in ${way.region}`, width, columnsOf).join('\n')}\n\n${blocks.join('\n\n')}\n`
}

interface Cell {
  readonly arrow: string
  readonly lines: readonly string[]
  readonly width: number
}

function linesOf(chain: readonly Link[], width: number): readonly string[] {
  const lines: string[] = []
  let row: Cell[] = []
  const close = () => {
    const left = lines.length === 0 ? 0 : indent
    lines.push(...drawn(row).map(line => (' '.repeat(left) + line).trimEnd()))
    row = []
  }
  for (const link of chain) {
    const cell = cellOf(link, width - indent)
    if (row.length > 0 && indent + widthOf([...row, cell]) > width) close()
    row.push(cell)
  }
  close()
  return lines
}

const widthOf = (row: readonly Cell[]): number =>
  row.reduce((sum, { arrow, width }) => sum + columnsOf(arrow) + width, 0)

function cellOf({ node, edge, told }: Link, max: number): Cell {
  const arrow = edge === undefined ? '' : `─ ${edge.word} ─▶ `
  const words = told ? [node.name, node.kind] : [node.name, node.kind, ...node.facts]
  const lines = words.flatMap(text => broken(text, max - columnsOf(arrow), columnsOf))
  return { arrow, lines, width: Math.max(...lines.map(columnsOf)) + 1 }
}

/** The cells side by side; the arrows stand in the line of the names. */
function drawn(row: readonly Cell[]): readonly string[] {
  const height = Math.max(...row.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, at) =>
    row
      .map(({ arrow, lines, width }) => {
        const text = lines[at] ?? ''
        const lead = at === 0 ? arrow : ' '.repeat(columnsOf(arrow))
        return lead + text + ' '.repeat(width - columnsOf(text))
      })
      .join(''),
  )
}
