// The parser of Athena's language. It lives in the child because its WebAssembly takes 270 MB. It accepts some texts that
// are no statement and some that Athena does not know: what comes out is read by sql/ with an allow-list.

import type { Token } from '../../sql/reading/edits.ts'
import { placed } from '../../sql/reading/places.ts'
import { withPlainCalls } from '../../sql/reading/plain-calls.ts'
import { refuseReserved } from '../../sql/reading/reserved.ts'
import { type Rewriting, rewritten } from '../../sql/reading/rewriting.ts'
import { syntaxFault } from '../../sql/reading/syntax-fault.ts'
import { EngineFault } from '../fault.ts'
import { marked } from './literal-marks.ts'
import { parsedTexts } from './parsed-texts.ts'
import { type Polyglot, polyglot } from './polyglot.ts'

/** Deeper nesting than this would exhaust the stack of whoever walks the tree; Athena's own limit is of this order. */
const depthMax = 200

export function parse(sql: string): Promise<readonly unknown[]> {
  return parsedTexts.of('tree', sql, async () => parsed(sql, await polyglot()))
}

export function tokens(sql: string): Promise<readonly Token[]> {
  return parsedTexts.of('tokens', sql, async () => tokenized(sql, await polyglot()))
}

/** The tree of `parse` with the place of each of its parts, which only an error is asked for. */
export async function placesIn(tree: unknown, sql: string): Promise<unknown> {
  return placed(tree, tokenized(marked(sql).text, await polyglot()), sql)
}

function parsed(sql: string, library: Polyglot): readonly unknown[] {
  if (nesting(sql) > depthMax)
    throw new EngineFault('syntax', `The statement nests deeper than ${depthMax} levels. Split it with WITH.`)
  const { text: unmarked, restored } = marked(sql)
  const rewriting = rewritten(unmarked, part => tokenized(part, library))
  const text = rewriting?.text ?? unmarked
  const found = read(text, library)
  const calls = found.success ? undefined : withPlainCalls(text, tokenized(text, library))
  const again = calls && read(calls.text, library)
  if (calls !== undefined && again?.success === true)
    return listed(restored(whole(calls.restored(again.ast), rewriting)))
  if (!found.success)
    throw syntaxFault(
      found.error ?? 'the statement cannot be parsed',
      sql,
      position => rewriting?.position(position) ?? position,
    )
  return listed(restored(whole(found.ast, rewriting)))
}

function read(text: string, library: Polyglot): ReturnType<Polyglot['parse']> {
  try {
    return library.parse(text, 'athena' as never)
  } catch (cause) {
    throw syntaxFault(String(cause), text, position => position)
  }
}

const whole = (tree: unknown, rewriting: Rewriting | undefined): unknown => rewriting?.restored(tree) ?? tree

function listed(tree: unknown): readonly unknown[] {
  refuseReserved(tree)
  return Array.isArray(tree) ? tree : tree === null || tree === undefined ? [] : [tree]
}

function tokenized(sql: string, library: Polyglot): readonly Token[] {
  const found = library.tokenize(sql, 'athena' as never)
  if (!found.success || found.tokens === undefined)
    throw syntaxFault(found.error ?? 'the statement cannot be read', sql, position => position)
  return found.tokens.map(token => {
    // The library calls it token_type, its types tokenType.
    const type = 'token_type' in token ? String(token.token_type) : token.tokenType
    return { type, text: token.text, start: token.span.start, end: token.span.end }
  })
}

/** Brackets, and whatever may hold some that are none. */
const brackets = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[([\])]/g

function nesting(sql: string): number {
  let depth = 0
  let deepest = 0
  for (const [found] of sql.matchAll(brackets)) {
    if (found === '(' || found === '[') depth += 1
    else if (found === ')' || found === ']') depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
