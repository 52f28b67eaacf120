// The schema of a Parquet file as its footer has it: physical types and annotations, for whoever must know what really lies
// in the file. The rest of the footer, which grows with the file, is not looked at.

import { type Element, NotParquet, readElement } from './parquet-footer.ts'
import { ThriftInput } from './thrift-compact.ts'

export interface SchemaElement {
  readonly name: string
  /** `INT32`, `BYTE_ARRAY`, …; absent for a group. */
  readonly physical: string | undefined
  readonly isRepeated: boolean
  /** `UTF8`, `INT_32`, `DECIMAL`, `LIST`, …; empty where bytes are only bytes. */
  readonly annotation: string
  readonly children: readonly SchemaElement[]
}

// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
const physicals = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY']
const converted = [
  ...['UTF8', 'MAP', 'MAP_KEY_VALUE', 'LIST', 'ENUM', 'DECIMAL', 'DATE', 'TIME_MILLIS', 'TIME_MICROS'],
  ...['TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS', 'UINT_8', 'UINT_16', 'UINT_32', 'UINT_64'],
  ...['INT_8', 'INT_16', 'INT_32', 'INT_64', 'JSON', 'BSON', 'INTERVAL'],
]
const repeated = 2
const depthMax = 100

/** The footer's bytes, without the trailer. */
export function parseParquetSchema(footer: Uint8Array): SchemaElement {
  const elements: Element[] = []
  new ThriftInput(footer).struct({ 2: input => input.list(item => elements.push(readElement(item))) }, 2)
  let at = 0
  const next = (depth: number): SchemaElement => {
    const element = elements[at]
    if (element === undefined || depth > depthMax)
      throw new NotParquet('The Parquet schema ends before all of its groups have their children, or nests too deep.')
    at += 1
    const children: SchemaElement[] = []
    for (let left = element.children; left > 0; left -= 1) children.push(next(depth + 1))
    return {
      name: element.name,
      physical: element.physical === undefined ? undefined : (physicals[element.physical] ?? `${element.physical}`),
      isRepeated: element.repetition === repeated,
      annotation: annotationOf(element),
      children,
    }
  }
  return next(0)
}

/** By the older name where there is one: every writer gives it too, as far as it has a word for it. */
function annotationOf({ converted: code, logical }: Element): string {
  return (code === undefined ? undefined : converted[code]) ?? logical?.kind.toUpperCase() ?? ''
}
