// What Parquet files hold against what their table declares. Every file is looked at, by its footer: one whose type for a
// column is another than the table's fails the query in AWS's words, and is never cast into something else.
// https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html (HIVE_BAD_DATA)

import { NotParquet, parquetFooterBytes, parquetTrailerBytes } from '../../../formats/parquet-footer.ts'
import { parseParquetSchema, type SchemaElement } from '../../../formats/parquet-schema.ts'
import { ThriftMalformed } from '../../../formats/thrift-compact.ts'
import { typeOfHive } from '../../sql/typing/names.ts'
import type { Type } from '../../sql/typing/type.ts'
import { EngineFault } from '../fault.ts'
import type { Column, ScanFile } from '../request.ts'
import { tail } from './files.ts'
import { keptOfLake } from './kept-of-lake.ts'
import type { PlacedColumn } from './row-reader.ts'
import type { LocalFile } from './scan.ts'

export interface FileColumn {
  /** As the files spell it. */
  readonly name: string
  readonly element: SchemaElement
}

/**
 * By their lower-case names in the table the columns that at least one file has: those of these names, whatever their case, or where
 * it is by place those at their places. Throws EngineFault where one does not fit.
 */
export function fileColumns(
  files: readonly LocalFile[],
  columns: readonly PlacedColumn[],
  isByPlace: boolean,
): ReadonlyMap<string, FileColumn> {
  const found = new Map<string, FileColumn>()
  const declared = columns.map(column => ({ column, type: typeOfHive(column.type), name: column.name.toLowerCase() }))
  for (const file of files) {
    const { children } = schemaOf(file)
    const elements = new Map(isByPlace ? [] : children.map(element => [element.name.toLowerCase(), element]))
    for (const { column, type, name } of declared) {
      const element = isByPlace ? children[column.place] : elements.get(name)
      if (element === undefined) continue
      const misfit = misfitOf(element, type)
      if (misfit !== undefined) throw incompatible(column, misfit, file.path)
      if (!found.has(name)) found.set(name, { name: element.name, element })
    }
  }
  return found
}

/** What a file calls the columns at the places of these. */
export function namesAt(file: LocalFile, columns: readonly PlacedColumn[]): readonly (string | null)[] {
  const { children } = schemaOf(file)
  return columns.map(({ place }) => children[place]?.name ?? null)
}

/**
 * Of these columns those that in a file hold bytes without a word on what they are, each with all that it holds there; of most
 * files none. Such values are taken apart and put together again, which is right for files of the same fields alone.
 */
export function plainBytesIn(
  file: LocalFile,
  columns: readonly PlacedColumn[],
  isByPlace: boolean,
): readonly (readonly [name: string, element: SchemaElement])[] | undefined {
  const held = plainBytesOf(schemaOf(file))
  if (held.length === 0) return undefined
  const found = columns.flatMap(({ name, place }) => {
    const one = held.find(({ child, place: at }) =>
      isByPlace ? at === place : child.name.toLowerCase() === name.toLowerCase(),
    )
    return one === undefined ? [] : [[name, one.child] as const]
  })
  return found.length > 0 ? found : undefined
}

interface Placed {
  readonly child: SchemaElement
  readonly place: number
}

/** Of schemas that were asked for before: a table may have thousands of files with hundreds of columns. */
const plainBytes = new WeakMap<SchemaElement, readonly Placed[]>()

function plainBytesOf(schema: SchemaElement): readonly Placed[] {
  const known = plainBytes.get(schema)
  if (known !== undefined) return known
  const held = schema.children.map((child, place) => ({ child, place })).filter(({ child }) => hasPlainBytes(child))
  plainBytes.set(schema, held)
  return held
}

const hasPlainBytes = ({ physical, annotation, children }: SchemaElement): boolean =>
  (physical === 'BYTE_ARRAY' && annotation === '') || children.some(hasPlainBytes)

function incompatible(column: Column, element: SchemaElement, path: string): EngineFault {
  return new EngineFault(
    'data',
    `HIVE_BAD_DATA: Field ${column.name}'s type ${element.physical ?? 'group'} in parquet file ${path} is incompatible with type ${column.type} defined in table schema`,
  )
}

/** Of files that were read before. */
const schemas = new Map<string, SchemaElement>()
let elements = 0
/** Of all of them together: some 10 MB. */
const elementsMax = 50_000

keptOfLake(() => {
  schemas.clear()
  elements = 0
})

/** A blob never changes, so what was read of it holds. */
function schemaOf(file: LocalFile): SchemaElement {
  const known = schemas.get(file.blob)
  if (known !== undefined) return known
  const schema = readSchema(file)
  elements += countOf(schema)
  if (elements > elementsMax) {
    schemas.clear()
    elements = countOf(schema)
  }
  schemas.set(file.blob, schema)
  return schema
}

const countOf = ({ children }: SchemaElement): number => children.reduce((sum, child) => sum + countOf(child), 1)

/** Here and not by DuckDB: its own account of schemas takes longer than the rest of a small query's planning. */
function readSchema({ file, path }: ScanFile): SchemaElement {
  try {
    const footer = tail(file, parquetTrailerBytes, (trailer, size) => parquetFooterBytes(trailer, size))
    return parseParquetSchema(footer)
  } catch (cause) {
    if (!(cause instanceof NotParquet || cause instanceof ThriftMalformed)) throw cause
    throw new EngineFault('data', `HIVE_BAD_DATA: Not valid Parquet file: ${path}`, undefined, cause)
  }
}

/** The element that does not fit, if any. */
function misfitOf(element: SchemaElement, type: Type): SchemaElement | undefined {
  switch (type.kind) {
    case 'array': {
      const item = itemOf(element)
      return item === undefined ? element : misfitOf(item, type.of)
    }
    case 'map': {
      const entry = element.children[0]
      const [key, value] = entry?.children ?? []
      if (key === undefined || value === undefined || !entry?.isRepeated) return element
      return misfitOf(key, type.key) ?? misfitOf(value, type.value)
    }
    case 'row': {
      if (element.physical !== undefined || element.children.some(child => child.isRepeated && isList(element)))
        return element
      for (const field of type.fields) {
        const child = element.children.find(one => one.name.toLowerCase() === field.name?.toLowerCase())
        const misfit = child && misfitOf(child, field.type)
        if (misfit !== undefined) return misfit
      }
      return undefined
    }
    default:
      return element.physical !== undefined && fits(element, type) ? undefined : element
  }
}

const isList = (element: SchemaElement) => /LIST|MAP/.test(element.annotation)

/** Lists have two levels or three: the repeated element is the item, or holds it. */
export function itemOf(element: SchemaElement): SchemaElement | undefined {
  if (element.isRepeated) return { ...element, isRepeated: false }
  const [repeated, ...more] = element.children
  if (repeated === undefined || !repeated.isRepeated || more.length > 0) return undefined
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
function fits({ physical: type = '', annotation }: SchemaElement, declared: Type): boolean {
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
