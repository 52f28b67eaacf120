// What Parquet files hold against what their table declares. Every file is looked at, by its footer: one whose type for a
// column is another than the table's fails the query in AWS's words, and is never cast into something else.
// https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html (HIVE_BAD_DATA)

import { list } from '../../sql/text.ts'
import { typeOfHive } from '../../sql/typing/names.ts'
import type { Type } from '../../sql/typing/type.ts'
import { EngineFault } from '../fault.ts'
import type { Column, ScanFile } from '../request.ts'
import type { Session } from './session.ts'

interface Element {
  readonly name: string
  /** Physical; absent for a group. */
  readonly type: string | undefined
  readonly repeated: boolean
  /** The annotation: converted, or logical where there is no other. */
  readonly annotation: string
  readonly children: Element[]
}

export interface FileColumn {
  /** As the files spell it. */
  readonly name: string
  /** Bytes without a word on what they are, which a column of text takes for UTF-8. */
  readonly isPlainBytes: boolean
}

/** By lower-case name the columns that at least one file has. Throws EngineFault where one does not fit. */
export async function fileColumns(
  session: Session,
  files: readonly ScanFile[],
  columns: readonly Column[],
): Promise<ReadonlyMap<string, FileColumn>> {
  const found = new Map<string, FileColumn>()
  const declared = columns.map(column => ({ column, type: typeOfHive(column.type), name: column.name.toLowerCase() }))
  for (const { file, root } of await schemas(session, files)) {
    const elements = new Map(root.children.map(element => [element.name.toLowerCase(), element]))
    for (const { column, type, name } of declared) {
      const element = elements.get(name)
      if (element === undefined) continue
      const misfit = misfitOf(element, type)
      if (misfit !== undefined) throw incompatible(column, misfit, pathOf(file, files))
      const isPlainBytes = element.type === 'BYTE_ARRAY' && element.annotation === ''
      const known = found.get(name)
      found.set(name, { name: known?.name ?? element.name, isPlainBytes: known?.isPlainBytes ?? isPlainBytes })
    }
  }
  return found
}

const pathOf = (file: string, files: readonly ScanFile[]) => files.find(one => one.file === file)?.path ?? ''

function incompatible(column: Column, element: Element, path: string): EngineFault {
  return new EngineFault(
    'data',
    `HIVE_BAD_DATA: Field ${column.name}'s type ${element.type ?? 'group'} in parquet file ${path} is incompatible with type ${column.type} defined in table schema`,
  )
}

/** Files of one schema are answered with once. */
async function schemas(
  session: Session,
  files: readonly ScanFile[],
): Promise<readonly { readonly file: string; readonly root: Element }[]> {
  const annotation = "coalesce(converted_type, logical_type, '')"
  const fields = `[name, coalesce(type, ''), coalesce(repetition_type, ''), CAST(coalesce(num_children, 0) AS VARCHAR), ${annotation}]`
  try {
    const rows = await session.rows(
      `SELECT min(file), to_json(elements) FROM (
         SELECT file_name AS file, list(${fields} ORDER BY place) AS elements
         FROM (SELECT *, row_number() OVER () AS place FROM parquet_schema(${list(files.map(({ file }) => file))}))
         GROUP BY file_name
       ) GROUP BY elements`,
    )
    return rows.map(([file, elements]) => ({
      file: String(file),
      root: tree(JSON.parse(String(elements)) as string[][]),
    }))
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    const damaged = files.find(({ file }) => text.includes(file))
    if (damaged === undefined) throw cause
    throw new EngineFault('data', `HIVE_BAD_DATA: Not valid Parquet file: ${damaged.path}`, undefined, cause)
  }
}

/** The elements come in the order of a walk from the top, each with the number of its children. */
function tree(rows: readonly (readonly string[])[]): Element {
  let at = 0
  function next(): Element {
    const [name = '', type = '', repetition = '', children = '0', annotation = ''] = rows[at] ?? []
    at += 1
    const element: Element = {
      ...{ name, type: type === '' ? undefined : type, repeated: repetition === 'REPEATED', annotation, children: [] },
    }
    for (let count = Number(children); count > 0; count -= 1) element.children.push(next())
    return element
  }
  return next()
}

/** The element that does not fit, if any. */
function misfitOf(element: Element, type: Type): Element | undefined {
  switch (type.kind) {
    case 'array': {
      const item = itemOf(element)
      return item === undefined ? element : misfitOf(item, type.of)
    }
    case 'map': {
      const entry = element.children[0]
      const [key, value] = entry?.children ?? []
      if (key === undefined || value === undefined || !entry?.repeated) return element
      return misfitOf(key, type.key) ?? misfitOf(value, type.value)
    }
    case 'row': {
      if (element.type !== undefined || element.children.some(child => child.repeated && isList(element)))
        return element
      for (const field of type.fields) {
        const child = element.children.find(one => one.name.toLowerCase() === field.name?.toLowerCase())
        const misfit = child && misfitOf(child, field.type)
        if (misfit !== undefined) return misfit
      }
      return undefined
    }
    default:
      return element.type !== undefined && fits(element, type) ? undefined : element
  }
}

const isList = (element: Element) => /LIST|MAP/.test(element.annotation)

/** Lists have two levels or three: the repeated element is the item, or holds it. */
function itemOf(element: Element): Element | undefined {
  if (element.repeated) return { ...element, repeated: false }
  const [repeated, ...more] = element.children
  if (repeated === undefined || !repeated.repeated || more.length > 0) return undefined
  const [only, ...others] = repeated.children
  const isItem =
    only === undefined || others.length > 0 || repeated.name === 'array' || repeated.name === `${element.name}_tuple`
  return isItem ? repeated : only
}

const widths: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['INT32'],
  smallint: ['INT32'],
  integer: ['INT32'],
  bigint: ['INT32', 'INT64'],
}

/** Wider is taken, narrower and other is not. */
function fits({ type = '', annotation }: Element, declared: Type): boolean {
  const isDecimal = /^DECIMAL/i.test(annotation)
  const isWhole = annotation === '' || /^U?INT/i.test(annotation)
  const isTime = /^TIME/i.test(annotation)
  const isText = !isDecimal && (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY')
  switch (declared.kind) {
    case 'decimal':
      return isDecimal || (isWhole && (type === 'INT32' || type === 'INT64'))
    case 'varchar':
    case 'char':
      return isText
    case 'timestamp':
      return type === 'INT96' || (type === 'INT64' && isTime)
    case 'simple':
      break
    default:
      return false
  }
  const wide = widths[declared.name]
  if (wide !== undefined) return wide.includes(type) && isWhole
  if (declared.name === 'double') return type === 'DOUBLE' || type === 'FLOAT'
  if (declared.name === 'real') return type === 'FLOAT'
  if (declared.name === 'boolean') return type === 'BOOLEAN'
  if (declared.name === 'date') return type === 'INT32' && annotation === 'DATE'
  return declared.name === 'varbinary' && isText
}
