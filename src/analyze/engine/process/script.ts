// A job's script: one statement that writes. UNLOAD's frame is read from the tokens, because the parser keeps it as text;
// INSERT is read from the tree. Names in ${…} are replaced first, so that a value can stand inside a literal.

import { type Node, nodeOf } from '../../sql/ast.ts'
import type { Token } from '../../sql/reading/edits.ts'
import { statementOf } from '../../sql/translate.ts'
import { EngineFault } from '../fault.ts'
import type { Compression, DataFormat, WriteStatement } from '../request.ts'
import { parse, tokens } from './parser.ts'

type Parsed<S> = S extends unknown ? Omit<S, 'query'> & { readonly query: Node } : never
/** With the query as its tree. */
export type Script = Parsed<WriteStatement>

export const parsedScript = async (statement: WriteStatement): Promise<Script> => ({
  ...statement,
  query: statementOf(await parse(statement.query)),
})

export async function readScript(
  text: string,
  values: Readonly<Record<string, string>>,
  defaultDatabase: string,
): Promise<Script> {
  const sql = substitute(text, values)
  const all = await tokens(sql)
  const ended = all.at(-1)?.text === ';' ? all.slice(0, -1) : all
  if (ended.some(token => token.text === ';' && token.type !== 'STRING')) {
    throw new EngineFault(
      'syntax',
      'A job runs one statement: this script holds several. Make a job of each, or one statement with WITH.',
    )
  }
  const first = ended[0]?.text.toUpperCase()
  if (first === 'UNLOAD') return readUnload(sql, ended)
  if (first === 'INSERT') return readInsert(sql.replace(/;\s*$/, ''), defaultDatabase)
  throw new EngineFault(
    'unsupported',
    `A job's script is UNLOAD (SELECT …) TO 's3://…' WITH (…), INSERT INTO table SELECT … or INSERT OVERWRITE table SELECT …; this one begins with '${ended[0]?.text ?? ''}'.`,
  )
}

function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Za-z_][\w-]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) {
      const known = Object.keys(values).join(', ')
      throw new EngineFault(
        'semantic',
        `The script asks for \${${name}} and the run has no argument --${name}. It has: ${known === '' ? 'none' : known}.`,
      )
    }
    return value.replaceAll("'", "''")
  })
}

/** UNLOAD ( query ) TO 'location' WITH ( name = value, … ) */
async function readUnload(sql: string, all: readonly Token[]): Promise<Script> {
  const cursor = new Cursor(all)
  cursor.word('UNLOAD')
  const open = cursor.word('(')
  const close = cursor.matching()
  cursor.word('TO')
  const location = cursor.string('the location')
  if (!/^s3:\/\/[^/]+/.test(location))
    throw new EngineFault('semantic', `UNLOAD writes to an s3:// location, not to '${location}'.`)
  cursor.word('WITH')
  cursor.word('(')
  const options = readOptions(cursor)
  cursor.end()
  // Places count characters, not UTF-16 units.
  const query = statementOf(await parse([...sql].slice(open.end, close.start).join('')))
  const format = formatOf(options.get('format')?.[0])
  return {
    kind: 'unload',
    query,
    location,
    format,
    compression: compressionOf(options.get('compression')?.[0], format),
    partitionedBy: (options.get('partitioned_by') ?? []).map(name => name.toLowerCase()),
    delimiter: options.get('field_delimiter')?.[0] ?? ',',
    quote: '"',
    isStrict: false,
  }
}

const optionNames = new Set(['format', 'compression', 'partitioned_by', 'field_delimiter'])

function readOptions(cursor: Cursor): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, readonly string[]>()
  do {
    const name = cursor.next('an option').text.toLowerCase()
    if (!optionNames.has(name)) {
      throw new EngineFault(
        'unsupported',
        `The UNLOAD option '${name}' is not supported by this engine yet; ${[...optionNames].join(', ')} are.`,
      )
    }
    cursor.word('=')
    options.set(name, name === 'partitioned_by' ? cursor.strings() : [cursor.string(`the value of ${name}`)])
  } while (cursor.take(','))
  cursor.word(')')
  return options
}

function formatOf(text: string | undefined): DataFormat {
  if (text === undefined) throw new EngineFault('semantic', "UNLOAD needs a format: WITH (format = 'PARQUET')")
  const found = ({ parquet: 'parquet', json: 'json', textfile: 'csv', csv: 'csv' } as const)[text.toLowerCase()]
  if (found === undefined)
    throw new EngineFault(
      'unsupported',
      `The format '${text}' is not supported by this engine yet; PARQUET, JSON and TEXTFILE are.`,
    )
  return found
}

function compressionOf(text: string | undefined, format: DataFormat): Compression {
  const name = text?.toUpperCase() ?? (format === 'parquet' ? 'SNAPPY' : 'GZIP')
  const allowed = format === 'parquet' ? ['SNAPPY', 'GZIP', 'ZSTD', 'NONE'] : ['GZIP', 'ZSTD', 'NONE']
  const found = (['SNAPPY', 'GZIP', 'ZSTD', 'NONE'] as const).find(one => one === name)
  if (found === undefined || !allowed.includes(found)) {
    throw new EngineFault(
      'unsupported',
      `The compression '${text}' is not supported for this format; ${allowed.join(', ')} are.`,
    )
  }
  return found
}

async function readInsert(sql: string, defaultDatabase: string): Promise<Script> {
  const node = nodeOf((await parse(sql))[0])
  if (node?.kind !== 'insert') throw new EngineFault('syntax', 'INSERT INTO table SELECT … is expected')
  const isReplacing = node.flag('overwrite')
  if (isReplacing && node.lists('partition').length > 0)
    throw new EngineFault(
      'unsupported',
      'INSERT OVERWRITE … PARTITION is not supported by this engine yet: INSERT OVERWRITE table SELECT … replaces the whole table.',
    )
  node.only('table', 'columns', 'query', 'overwrite')
  const table = node.record('table')
  table?.only('name', 'schema')
  const name = table?.text('name')?.toLowerCase()
  if (name === undefined) throw new EngineFault('syntax', 'INSERT INTO needs the name of a table')
  return {
    kind: 'insert',
    target: { database: table?.text('schema')?.toLowerCase() ?? defaultDatabase, name },
    columns: node.texts('columns').map(column => column.toLowerCase()),
    query: node.need('query'),
    isReplacing,
    isStrict: false,
  }
}

class Cursor {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(all: readonly Token[]) {
    this.#tokens = all
  }

  next(expected: string): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new EngineFault('syntax', `mismatched input '<EOF>'. Expecting: ${expected}`)
    this.#at += 1
    return token
  }

  word(expected: string): Token {
    const token = this.next(`'${expected}'`)
    if (token.type === 'STRING' || token.text.toUpperCase() !== expected) {
      throw new EngineFault('syntax', `mismatched input '${token.text}'. Expecting: '${expected}'`)
    }
    return token
  }

  take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false
    this.#at += 1
    return true
  }

  string(what: string): string {
    const token = this.next(what)
    if (token.type !== 'STRING')
      throw new EngineFault('syntax', `mismatched input '${token.text}'. Expecting: ${what} as a text in quotes`)
    return token.text
  }

  /** ARRAY['a', 'b'] */
  strings(): readonly string[] {
    this.word('ARRAY')
    this.word('[')
    const found = [this.string('a column name')]
    while (this.take(',')) found.push(this.string('a column name'))
    this.word(']')
    return found
  }

  /** Skips to the bracket that closes the one just read. */
  matching(): Token {
    for (let depth = 1; ; ) {
      const token = this.next("')'")
      if (token.type === 'STRING') continue
      if (token.text === '(') depth += 1
      else if (token.text === ')') depth -= 1
      if (depth === 0) return token
    }
  }

  end(): void {
    const token = this.#tokens[this.#at]
    if (token !== undefined)
      throw new EngineFault('syntax', `mismatched input '${token.text}'. Expecting: the end of the statement`)
  }
}
