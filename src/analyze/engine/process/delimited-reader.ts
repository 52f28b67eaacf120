// Hive's LazySimpleSerDe: fields between separators, without quotes. An escape makes the next character a part of its
// field. What does not fit its type is NULL, what is missing too; what is too much is dropped.
// https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html

import type { RowFormat } from '../../../formats/row-format.ts'
import { identifier, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import { nestedOf } from './nested-check.ts'
import type { PlacedColumn, RowReader } from './row-reader.ts'
import { textValue } from './text-values.ts'
import { hiveTimestamp, timestampText } from './timestamps.ts'

type Lazy = Extract<RowFormat, { serde: 'lazy' }>

export function delimitedReader(format: Lazy, columns: readonly PlacedColumn[]): RowReader {
  const [separator] = format.separators
  const fields = columns.map(({ type, place }) => ({
    place,
    text: nestedOf(type) === undefined ? textReader(format, type) : nestedReader(format, type, 1),
  }))
  const values = columns.map(({ type }, index) => textValue(type, `t${index}`))
  // A timestamp of the table's own format is read in this process.
  const isWritten = format.timestampFormats !== undefined && columns.some(({ type }) => isTimestamp(type))
  const isSimple = !isWritten && values.every(value => value !== undefined)
  return {
    isStrict: false,
    readingTypes: columns.map(({ type }) => readingType(type)),
    ...(isSimple && {
      plain: {
        shared: [
          [['parts', `string_split(coalesce(line, ''), ${literal(separator)})`]],
          columns.map(({ place }, index) => [`f${index}`, `parts[${place + 1}]`]),
          columns.map((_, index) => [`t${index}`, `nullif(f${index}, ${literal(format.nullText)})`]),
        ],
        condition: format.escape === undefined ? 'true' : `NOT contains(line, ${literal(format.escape)})`,
        values: values.filter(value => value !== undefined),
      },
    }),
    value: (index, read) => typed(columns[index]?.type ?? 'string', read),
    read(line) {
      const parts = split(line, separator, format.escape)
      const value = (part: string | undefined, text: ToJson) => (part === undefined ? 'null' : text(part))
      return { values: fields.map(({ place, text }) => value(parts[place], text)) }
    },
  }
}

/** Simple values come as text, and are made of it as those of plain lines are. */
function readingType(type: string): string {
  const nested = nestedOf(type)
  if (nested?.kind === 'array') return `${readingType(nested.of)}[]`
  if (nested?.kind === 'map') return `MAP(VARCHAR, ${readingType(nested.of)})`
  if (nested?.kind === 'struct')
    return `STRUCT(${nested.fields.map(([name, of]) => `"${name.replaceAll('"', '""')}" ${readingType(of)}`).join(', ')})`
  return 'VARCHAR'
}

/** What was read so as a value of the type: what does not fit is NULL, and nothing around it. */
function typed(type: string, read: string, level = 0): string {
  const nested = nestedOf(type)
  const one = `x${level}`
  if (nested === undefined) return textValue(type, read) ?? `CAST(${read} AS ${duckNameOfHive(type)})`
  if (nested.kind === 'array') return `list_transform(${read}, ${one} -> ${typed(nested.of, one, level + 1)})`
  if (nested.kind === 'struct') {
    const fields = nested.fields.map(([name, of]) => {
      const key = identifier(name)
      return `${key} := ${typed(of, `struct_extract(${read}, ${literal(name)})`, level)}`
    })
    return `CASE WHEN ${read} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`
  }
  const [key, value] = [typed(nested.key, `${one}.key`, level + 1), typed(nested.of, `${one}.value`, level + 1)]
  const entries = `list_transform(map_entries(${read}), ${one} -> struct_pack("key" := ${key}, "value" := ${value}))`
  return `CASE WHEN ${read} IS NOT NULL THEN map_from_entries(list_filter(${entries}, ${one} -> ${one}."key" IS NOT NULL)) END`
}

type ToJson = (text: string) => string

const isTimestamp = (type: string) => duckNameOfHive(type) === 'TIMESTAMP'

function textReader(format: Lazy, type: string): ToJson {
  const read: ToJson = text => JSON.stringify(unescaped(text, format.escape))
  const known = format.timestampFormats && isTimestamp(type) ? timestampReader(format.timestampFormats) : read
  return text => (text === format.nullText ? 'null' : known(text))
}

function timestampReader(formats: readonly string[]): ToJson {
  const read = hiveTimestamp(formats)
  return text => {
    const found = read(text)
    const shown = found === undefined ? undefined : timestampText(found)
    return shown === undefined ? 'null' : JSON.stringify(shown)
  }
}

/** Each level down has the next separator; below the third they are the control characters from 4 on. */
function nestedReader(format: Lazy, type: string, level: number): ToJson {
  const nested = nestedOf(type)
  if (nested === undefined) return textReader(format, type)
  const separator = separatorOf(format, level)
  const parts = (text: string) => (text === '' ? [] : split(text, separator, format.escape))
  const orNull =
    (read: ToJson): ToJson =>
    text =>
      text === format.nullText ? 'null' : read(text)
  if (nested.kind === 'array') {
    const element = nestedReader(format, nested.of, level + 1)
    return orNull(text => `[${parts(text).map(element).join(',')}]`)
  }
  if (nested.kind === 'struct') {
    const fields = nested.fields.map(
      ([name, of]) => [JSON.stringify(name), nestedReader(format, of, level + 1)] as const,
    )
    return orNull(text => {
      const found = parts(text)
      return `{${fields.map(([name, read], index) => `${name}:${found[index] === undefined ? 'null' : read(found[index])}`).join(',')}}`
    })
  }
  const value = nestedReader(format, nested.of, level + 2)
  const between = separatorOf(format, level + 1)
  return orNull(text => {
    const entries = new Map<string, string>()
    for (const entry of parts(text)) {
      const [key = '', ...rest] = split(entry, between, format.escape)
      // Of a key that comes twice the first counts.
      const name = JSON.stringify(unescaped(key, format.escape))
      if (!entries.has(name)) entries.set(name, rest.length === 0 ? 'null' : value(rest.join(between)))
    }
    return `{${Array.from(entries, ([name, shown]) => `${name}:${shown}`).join(',')}}`
  })
}

function separatorOf(format: Lazy, level: number): string {
  return format.separators[level] ?? String.fromCharCode(level + 1)
}

function split(text: string, separator: string, mark: string | undefined): readonly string[] {
  if (mark === undefined || !text.includes(mark)) return text.split(separator)
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === mark) at += 1
    else if (text.startsWith(separator, at)) {
      parts.push(text.slice(from, at))
      from = at + separator.length
      at = from - 1
    }
  }
  parts.push(text.slice(from))
  return parts
}

function unescaped(text: string, mark: string | undefined): string {
  if (mark === undefined || !text.includes(mark)) return text
  let out = ''
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === mark && at + 1 < text.length) at += 1
    const next = text[at] ?? ''
    // Hive writes line breaks so.
    const isWritten = text[at - 1] === mark && (next === 'n' || next === 'r')
    out += isWritten ? (next === 'n' ? '\n' : '\r') : next
  }
  return out
}
