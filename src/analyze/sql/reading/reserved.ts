// Words that name nothing unless they are quoted: the parser takes many of them for names.
// https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html (FIRST, LAST and OF are in its list, but Athena's
// grammar takes them for names: https://github.com/trinodb/trino/blob/432/core/trino-parser/src/main/antlr4/io/trino/sql/parser/SqlBase.g4)
import { at, EngineFault } from '../../engine/fault.ts'

const reserved = new Set(
  [
    'alter and as between by case cast constraint create cross cube current_catalog current_date current_path',
    'current_role current_schema current_time current_timestamp current_user deallocate delete describe distinct drop',
    'else end escape except execute exists extract false for from full group grouping having in inner insert intersect',
    'into is join json_array json_exists json_object json_query json_table json_value left like listagg localtime',
    'localtimestamp natural normalize not null on or order outer prepare recursive right rollup select skip table then',
    'trim true uescape union unnest using values when where with',
  ].flatMap(line => line.split(' ')),
)

type Fields = Readonly<Record<string, unknown>>

/** Of the parser's tree: a name is `{ name, quoted, span }`, where not every list of names keeps whether they were quoted. */
export function refuseReserved(tree: unknown): void {
  if (Array.isArray(tree)) {
    for (const item of tree) refuseReserved(item)
    return
  }
  if (!isRecord(tree)) return
  if (typeof tree.name === 'string' && tree.quoted === false && isRecord(tree.span)) refuseName(tree.name, tree.span)
  for (const key in tree) if (key !== 'span') refuseReserved(tree[key])
}

function refuseName(name: string, span: Fields): void {
  const length = Number(span.end) - Number(span.start)
  if (length > name.length || !reserved.has(name.toLowerCase())) return
  const position = { line: Number(span.line), column: Math.max(1, Number(span.column) - length) }
  throw new EngineFault('syntax', at(position, `mismatched input '${name}'. Expecting: <identifier>`), position)
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
