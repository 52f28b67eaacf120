// Calls written so that the parser asks nothing of their arguments: it refuses `abs(1, 2)` as no language, where Athena knows the
// function and lists what it takes. Tried on a statement that the parser did not read; functions with a grammar of their own stay.
import { at, EngineFault } from '../../engine/fault.ts'
import { nodeOf } from '../ast.ts'
import { functions } from '../functions/functions.ts'
import { type Edit, Edited, type Token } from './edits.ts'
import { type Rewriting, unusedSign } from './rewriting.ts'

const ownGrammar = new Set([
  ...[
    'array',
    'coalesce',
    'count',
    'grouping',
    'if',
    'listagg',
    'map',
    'normalize',
    'nullif',
    'position',
    'row',
    'substring',
  ],
  ...['trim', 'try'],
])

export function withPlainCalls(sql: string, tokens: readonly Token[]): Rewriting | undefined {
  const sign = unusedSign(sql)
  // What the parser lets pass among the arguments of a function it does not know.
  if (tokens.some((token, index) => token.text === ',' && tokens[index + 1]?.text === ',')) return undefined
  refuseOrdered(sql, tokens)
  const ordered = orderedCalls(tokens)
  const edits: Edit[] = tokens.flatMap((token, index) => {
    const name = token.text.toLowerCase()
    const before = tokens[index - 1]?.text
    // `count(x) FILTER (WHERE …)` is no call of filter.
    const isCall = tokens[index + 1]?.text === '(' && before !== '.' && !(name === 'filter' && before === ')')
    if (!isCall || token.type === 'STRING' || token.type === 'QUOTED_IDENTIFIER') return []
    // count(x ORDER BY y): its own grammar has no place for the order, and count(*) has none.
    const isOrderedCount = name === 'count' && ordered.has(index) && tokens[index + 2]?.text !== '*'
    if (!functions.has(name) || (ownGrammar.has(name) && !isOrderedCount)) return []
    const mark = `"${sign}${name}"`
    if (!ordered.has(index)) return [{ start: token.start, end: token.end, text: mark }]
    // Of the functions that may hold an ORDER BY the parser knows few: it gets one of them, with the name among its arguments.
    const behind = tokens[index + 2]?.text.toUpperCase() === 'DISTINCT' ? tokens[index + 2] : tokens[index + 1]
    const end = behind?.end ?? token.end
    return [
      { start: token.start, end: token.end, text: known },
      { start: end, end, text: ` ${mark}, ` },
    ]
  })
  if (edits.length === 0) return undefined
  const edited = new Edited(sql, edits)
  return {
    text: edited.text,
    restored: tree => restore(tree, sign, edited),
    position: position => edited.position(position),
  }
}

const known = 'max_by'

/** The places of the calls that hold an ORDER BY among their arguments. */
function orderedCalls(tokens: readonly Token[]): ReadonlySet<number> {
  const open: number[] = []
  const found = new Set<number>()
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') open.push(index - 1)
    if (token.text === ')') open.pop()
    const isOrder = token.text.toUpperCase() === 'ORDER' && tokens[index + 1]?.text.toUpperCase() === 'BY'
    const call = open.at(-1)
    if (isOrder && call !== undefined) found.add(call)
  }
  return found
}

/** ORDER BY among the arguments of what aggregates nothing, which the parser has no place for. */
function refuseOrdered(sql: string, tokens: readonly Token[]): void {
  const depths: (Token | undefined)[] = []
  for (const [index, token] of tokens.entries()) {
    const [before, next] = [tokens[index - 1], tokens[index + 1]]
    if (token.text === '(') depths.push(before !== undefined && isScalar(before) ? before : undefined)
    if (token.text === ')') depths.pop()
    const call = depths.at(-1)
    if (call === undefined || token.text.toUpperCase() !== 'ORDER' || next?.text.toUpperCase() !== 'BY') continue
    const position = new Edited(sql, []).at(call.start)
    const said = at(position, 'ORDER BY is only valid for aggregation functions')
    throw new EngineFault('semantic', `FUNCTION_NOT_AGGREGATE: ${said}`, position)
  }
}

const isScalar = ({ type, text }: Token): boolean =>
  type !== 'STRING' && type !== 'QUOTED_IDENTIFIER' && functions.get(text.toLowerCase())?.kind === 'scalar'

function restore(tree: unknown, sign: string, edited: Edited): unknown {
  if (typeof tree === 'string') return tree.startsWith(sign) ? tree.slice(sign.length) : tree
  if (Array.isArray(tree)) return tree.map(item => restore(item, sign, edited))
  if (typeof tree !== 'object' || tree === null) return tree
  const fields = Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      name === 'span' ? edited.spanBefore(value) : restore(value, sign, edited),
    ]),
  )
  return 'args' in tree ? named(tree.args, fields, sign) : fields
}

/** The call whose name stands before its arguments. */
function named(given: unknown, fields: Readonly<Record<string, unknown>>, sign: string): unknown {
  const args = fields.args
  // A column: `{ column: { name: { name } } }`.
  const mark = Array.isArray(given) ? nodeOf(given[0])?.text('name') : undefined
  return mark?.startsWith(sign) && Array.isArray(args)
    ? { ...fields, name: mark.slice(sign.length), args: args.slice(1) }
    : fields
}
