// Texts of Parquet files that are there as bytes, as expressions of DuckDB: what is no UTF-8 in them is U+FFFD. Bytes may lie
// anywhere in arrays, maps and structs.

import type { SchemaElement } from '../../../formats/parquet-schema.ts'
import { identifier, literal } from '../../sql/text.ts'
import type { Type } from '../../sql/typing/type.ts'
import { itemOf } from './parquet-schema.ts'

/** Undefined where there are none, so that the value may be read as it is. */
export function textOfBytes(value: string, element: SchemaElement, type: Type, level = 0): string | undefined {
  const one = `x${level}`
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return element.physical === 'BYTE_ARRAY' && element.annotation === ''
        ? `athena_from_utf8(${value}, chr(65533))`
        : undefined
    case 'array': {
      const item = itemOf(element)
      const inner = item && textOfBytes(one, item, type.of, level + 1)
      return inner && `list_transform(${value}, ${one} -> ${inner})`
    }
    case 'map': {
      const [key, held] = element.children[0]?.children ?? []
      if (key === undefined || held === undefined) return undefined
      const [name, inner] = [
        textOfBytes(`${one}.key`, key, type.key, level + 1),
        textOfBytes(`${one}.value`, held, type.value, level + 1),
      ]
      if (name === undefined && inner === undefined) return undefined
      const entry = `struct_pack("key" := ${name ?? `${one}.key`}, "value" := ${inner ?? `${one}.value`})`
      return `CASE WHEN ${value} IS NOT NULL THEN map_from_entries(list_transform(map_entries(${value}), ${one} -> ${entry})) END`
    }
    case 'row': {
      const fields = element.children.map(child => {
        const declared = type.fields.find(({ name }) => name?.toLowerCase() === child.name.toLowerCase())
        const plain = `struct_extract(${value}, ${literal(child.name)})`
        return { child, plain, inner: declared && textOfBytes(plain, child, declared.type, level) }
      })
      if (fields.every(({ inner }) => inner === undefined)) return undefined
      const packed = fields.map(({ child, plain, inner }) => `${identifier(child.name)} := ${inner ?? plain}`)
      return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${packed.join(', ')}) END`
    }
    default:
      return undefined
  }
}
