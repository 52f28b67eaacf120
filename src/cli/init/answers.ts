/** What `biwa init` needs to know, and how the answers to its questions are read: a wrong one with the reason. */
import { catalogName, column } from '../../define/column.ts'
import { scheduleOf } from '../../define/every.ts'
import { DefinitionMistake } from '../../define/mistake.ts'
import { columnName, named } from '../../define/names.ts'
import { bucket } from '../../define/parts/bucket.ts'

export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly optional: boolean
}
/** Names of `column`'s functions; a decimal with its digits, `decimal(10,2)`. */
export type FieldType = (typeof plainTypes)[number] | (typeof epochTypes)[number] | `decimal(${number},${number})`
const plainTypes = ['string', 'boolean', 'integer', 'bigint', 'double', 'date', 'timestamp'] as const
const epochTypes = ['epochSeconds', 'epochMilliseconds'] as const

export interface Place {
  readonly bucket: string
  readonly prefix: string
}

export type Source =
  | { readonly kind: 'stream'; readonly name: string; readonly partitionKey: string; readonly shards: number }
  | { readonly kind: 'direct' }
  | { readonly kind: 'files'; readonly at: Place; readonly format: 'json' | 'csv' }

export interface Delivered {
  readonly name: string
  readonly to: Place
  readonly seconds: number
  readonly mebibytes: number
  readonly compression: 'gzip' | 'none'
}

export interface Answers {
  readonly lake: string
  readonly region: string
  readonly question: string
  readonly table: string
  readonly columns: readonly Field[]
  readonly source: Source
  readonly record: readonly Field[]
  /** Absent where the source is files, which lie in their bucket already. */
  readonly delivered?: Delivered
  readonly at: Place
  readonly required: readonly string[]
  readonly deadLetters?: Place
  readonly sql: string
  /** Whether the SQL is the draft, of which it is known what it makes of a record. */
  readonly isDraft: boolean
  /** Without a zone where the column is a date, which is a day as it stands. */
  readonly day?: { readonly of: string; readonly zone?: string }
  /** `5 minutes` */
  readonly every?: string
}

/** An answer that will not do, and why. */
export const wrong = (reason: string): DefinitionMistake => new DefinitionMistake(reason)

/** What `none` answers. */
export const unlessNone =
  <T>(read: (text: string) => T) =>
  (text: string): T | undefined =>
    text === 'none' ? undefined : read(text)

/** `device_id string, price decimal(10,2), room string?` */
export const fieldsOf =
  (what: string, { epochs }: { readonly epochs: boolean }) =>
  (text: string): readonly Field[] => {
    const fields = text.split(/,(?![^(]*\))/).map(part => fieldOf(part.trim(), epochs))
    const names = fields.map(({ name }) => catalogName(name))
    const twice = fields.find((_, at) => names.indexOf(names[at] ?? '') !== at)
    if (twice !== undefined) throw wrong(`There are two columns ${twice.name}, as SQL tells no case apart.`)
    for (const { name } of fields) named(`${what}: a column's name`, name, columnName)
    return fields
  }

function fieldOf(text: string, epochs: boolean): Field {
  const types: readonly string[] = epochs ? [...plainTypes, ...epochTypes] : plainTypes
  const known = `${types.join(', ')} or decimal(10,2)`
  const [, name, type = '', mark] = /^(\S+)\s+(\w+(?:\s*\([^)]*\))?)(\?)?$/.exec(text) ?? []
  if (name === undefined)
    throw wrong(`A column is a name and a type, such as 'temperature double': '${text}'. Types are ${known}.`)
  const optional = mark !== undefined
  const plain = types.find(known => known.toLowerCase() === type.toLowerCase())
  if (plain !== undefined) return { name, type: plain as FieldType, optional }
  const [, precision, scale] = /^decimal\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)$/i.exec(type) ?? []
  if (precision === undefined) throw wrong(`There is no type '${type}' for ${name}. Types are ${known}.`)
  column.decimal(Number(precision), Number(scale))
  return { name, type: `decimal(${Number(precision)},${Number(scale)})`, optional }
}

/** `s3://bucket/folder/` */
export function placeOf(text: string): Place {
  const [, name, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text) ?? []
  if (name === undefined) throw wrong(`A place is written like 's3://some-bucket/some-folder/', not '${text}'.`)
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  bucket(name).prefix(folder)
  return { bucket: name, prefix: folder }
}

const urlOf = ({ bucket, prefix }: Place): string => `s3://${bucket}/${prefix}`

/** A folder of its own, neither in one of the others nor around one. */
export const apartFrom =
  (...others: readonly (Place | undefined)[]) =>
  (text: string): Place => {
    const place = placeOf(text)
    if (place.prefix === '') throw wrong(`It needs a folder of its own, such as ${urlOf(place)}rows/.`)
    const [url, clash] = [urlOf(place), others.find(other => other && isNested(urlOf(other), urlOf(place)))]
    if (clash === undefined) return place
    throw wrong(`${url} and ${urlOf(clash)} would lie in each other, and be read as one. Choose a folder beside it.`)
  }

const isNested = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

export const oneOf =
  <const T extends string>(...choices: readonly T[]) =>
  (text: string): T => {
    const found = choices.find(choice => choice.toLowerCase() === text.toLowerCase())
    if (found === undefined) throw wrong(`It is one of ${choices.join(', ')}, not '${text}'.`)
    return found
  }

export const numberOf =
  (min: number, max: number) =>
  (text: string): number => {
    if (!/^\d+$/.test(text) || Number(text) < min || Number(text) > max)
      throw wrong(`It is a whole number from ${min} to ${max}, not '${text}'.`)
    return Number(text)
  }

/** Names out of those that there are, or `none`. */
export const someOf =
  (names: readonly string[]) =>
  (text: string): readonly string[] => {
    const chosen = text === 'none' ? [] : text.split(',').map(name => name.trim())
    const unknown = chosen.find(name => !names.includes(name))
    if (unknown !== undefined) throw wrong(`There is no column '${unknown}'; there are ${names.join(', ')}.`)
    return [...new Set(chosen)]
  }

export function paceOf(text: string): string {
  scheduleOf('The job', text as '5 minutes')
  return text
}

export function regionOf(text: string): string {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(text)) throw wrong(`A region is written like ap-northeast-1, not '${text}'.`)
  return text
}

/** One line, and nothing in it that would end a comment or steer a terminal. */
export const lineOf = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').trim()
