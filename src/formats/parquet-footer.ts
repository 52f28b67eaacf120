// What a Parquet file says about itself at its end: its columns as Hive types, its rows, its compression. The data pages
// are not looked at.
//
//   file = "PAR1" … footer (FileMetaData in Thrift's compact protocol), its length (4 bytes, little endian), "PAR1"
import { type Fields, ThriftInput } from './thrift-compact.ts'

export interface ParquetFooter {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: number
  readonly rowGroups: number
  readonly createdBy: string
  /** `SNAPPY`, `GZIP`, … of the first column chunk; undefined in a file without row groups. */
  readonly codec: string | undefined
}

export class NotParquet extends Error {
  override readonly name = 'NotParquet'
}

/** The last bytes of the file, to be read first. */
export const parquetTrailerBytes = 8
const depthMax = 100
const footerBytesMax = 256 * 1024 * 1024

/** How many bytes before the trailer the footer has. */
export function parquetFooterBytes(trailer: Uint8Array, fileBytes: number): number {
  const magic = new TextDecoder('latin1').decode(trailer.subarray(4))
  if (magic === 'PARE') throw new NotParquet('The Parquet footer is encrypted.')
  if (trailer.length !== parquetTrailerBytes || magic !== 'PAR1')
    throw new NotParquet('The file does not end like a Parquet file: it is another format, or cut off.')
  const bytes = new DataView(trailer.buffer, trailer.byteOffset).getUint32(0, true)
  if (bytes > fileBytes - parquetTrailerBytes - 4 || bytes > footerBytesMax)
    throw new NotParquet(`The Parquet footer would have ${bytes} bytes, in a file of ${fileBytes}.`)
  return bytes
}

export interface Element {
  name: string
  physical: number | undefined
  repetition: number
  children: number
  converted: number | undefined
  scale: number
  precision: number
  logical: Logical | undefined
}
type Logical =
  | { readonly kind: 'string' | 'map' | 'list' | 'date' | 'timestamp' | 'other' }
  | { readonly kind: 'decimal'; readonly scale: number; readonly precision: number }
  | { readonly kind: 'integer'; readonly bits: number; readonly signed: boolean }

const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW']

export function parseParquetFooter(bytes: Uint8Array): ParquetFooter {
  const elements: Element[] = []
  let rows = 0
  let rowGroups = 0
  let createdBy = ''
  let codec: string | undefined
  const chunk: Fields = {
    3: input =>
      input.struct({
        4: meta => {
          const code = meta.integer()
          codec ??= codecs[code] ?? `codec ${code}`
        },
      }),
  }
  new ThriftInput(bytes).struct({
    2: input => input.list(item => elements.push(readElement(item))),
    3: input => {
      rows = input.integer()
    },
    4: input =>
      input.list(group => {
        rowGroups++
        group.struct({ 1: columns => columns.list(column => column.struct(chunk)) })
      }),
    6: input => {
      createdBy = input.text()
    },
  })
  const [root, ...rest] = elements
  if (!root) throw new NotParquet('The Parquet footer has no schema.')
  const tree = new SchemaTree(rest)
  const columns = Array.from({ length: root.children }, () => tree.column())
  return { columns, rows, rowGroups, createdBy, codec }
}

export function readElement(input: ThriftInput): Element {
  const element: Element = {
    name: '',
    physical: undefined,
    repetition: 0,
    children: 0,
    converted: undefined,
    scale: 0,
    precision: 0,
    logical: undefined,
  }
  input.struct({
    1: field => {
      element.physical = field.integer()
    },
    3: field => {
      element.repetition = field.integer()
    },
    4: field => {
      element.name = field.text()
    },
    5: field => {
      element.children = field.integer()
    },
    6: field => {
      element.converted = field.integer()
    },
    7: field => {
      element.scale = field.integer()
    },
    8: field => {
      element.precision = field.integer()
    },
    10: field => {
      element.logical = readLogical(field)
    },
  })
  return element
}

function readLogical(input: ThriftInput): Logical {
  let logical: Logical = { kind: 'other' }
  const empty = (kind: 'string' | 'map' | 'list' | 'date' | 'timestamp') => (field: ThriftInput) => {
    field.struct({})
    logical = { kind }
  }
  input.struct({
    1: empty('string'),
    2: empty('map'),
    3: empty('list'),
    4: empty('string'), // an enumeration
    5: field => {
      let [scale, precision] = [0, 0]
      field.struct({
        1: inner => {
          scale = inner.integer()
        },
        2: inner => {
          precision = inner.integer()
        },
      })
      logical = { kind: 'decimal', scale, precision }
    },
    6: empty('date'),
    8: empty('timestamp'),
    10: field => {
      let [bits, signed] = [32, true]
      field.struct({
        1: inner => {
          bits = inner.int8()
        },
        2: (inner, type) => {
          signed = inner.boolean(type)
        },
      })
      logical = { kind: 'integer', bits, signed }
    },
    12: empty('string'), // JSON
  })
  return logical
}

/** The schema is a flat list in which a group is followed by its children. */
class SchemaTree {
  readonly #elements: readonly Element[]
  #at = 0
  #depth = 0

  constructor(elements: readonly Element[]) {
    this.#elements = elements
  }

  column(): { readonly name: string; readonly type: string } {
    const element = this.#next()
    const type = this.#typeOf(element)
    return { name: element.name, type: element.repetition === 2 ? `array<${type}>` : type }
  }

  #typeOf(element: Element): string {
    if (element.children === 0) return primitive(element)
    if (++this.#depth > depthMax) throw new NotParquet(`The Parquet schema is nested more than ${depthMax} deep.`)
    const type = this.#groupType(element)
    this.#depth--
    return type
  }

  #groupType(element: Element): string {
    const isList = element.logical?.kind === 'list' || element.converted === 3
    const isMap = element.logical?.kind === 'map' || element.converted === 1 || element.converted === 2
    if (isList && element.children === 1) return `array<${this.#listElement(element)}>`
    if (isMap && element.children === 1) {
      const entry = this.#next()
      const [key, value] = Array.from({ length: entry.children }, () => this.column())
      if (key && value) return `map<${key.type},${value.type}>`
      return `array<${key?.type ?? 'string'}>`
    }
    const members = Array.from({ length: element.children }, () => this.column())
    return `struct<${members.map(({ name, type }) => `${name}:${type}`).join(',')}>`
  }

  /** `list (LIST) { repeated group list { element } }`, and the older two-level form. */
  #listElement(list: Element): string {
    const repeated = this.#next()
    const wrapped = repeated.children === 1 && repeated.name !== 'array' && repeated.name !== `${list.name}_tuple`
    return wrapped ? this.column().type : this.#typeOf(repeated)
  }

  #next(): Element {
    const element = this.#elements[this.#at++]
    if (!element) throw new NotParquet('The Parquet schema ends before all of its groups have their children.')
    if (element.children < 0 || element.children > this.#elements.length)
      throw new NotParquet(`The Parquet schema's group ${element.name} has ${element.children} children.`)
    return element
  }
}

const physicalTypes = ['boolean', 'int', 'bigint', 'timestamp', 'float', 'double', 'binary', 'binary']

function primitive(element: Element): string {
  const { logical, converted } = element
  if (logical?.kind === 'string' || converted === 0 || converted === 4 || converted === 19) return 'string'
  if (logical?.kind === 'decimal') return `decimal(${logical.precision},${logical.scale})`
  if (converted === 5) return `decimal(${element.precision},${element.scale})`
  if (logical?.kind === 'date' || converted === 6) return 'date'
  if (logical?.kind === 'timestamp' || converted === 9 || converted === 10) return 'timestamp'
  const width = logical?.kind === 'integer' ? logical : integerWidths[converted ?? -1]
  if (width) return integerType(width.bits, width.signed)
  return physicalTypes[element.physical ?? -1] ?? 'binary'
}

const integerWidths: Readonly<Record<number, { readonly bits: number; readonly signed: boolean }>> = {
  11: { bits: 8, signed: false },
  12: { bits: 16, signed: false },
  13: { bits: 32, signed: false },
  14: { bits: 64, signed: false },
  15: { bits: 8, signed: true },
  16: { bits: 16, signed: true },
  17: { bits: 32, signed: true },
  18: { bits: 64, signed: true },
}

/** Hive has no unsigned integers: the next wider one holds them. */
function integerType(bits: number, signed: boolean): string {
  const needed = signed ? bits : bits * 2
  if (needed <= 8) return 'tinyint'
  if (needed <= 16) return 'smallint'
  if (needed <= 32) return 'int'
  return needed <= 64 ? 'bigint' : 'decimal(20,0)'
}
