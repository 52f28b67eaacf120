/**
 * Columns of records and tables. One value says at once what the catalog declares (`type`, in Hive's words), what a
 * program puts into a record, and what it finds in a row.
 *
 *     const record = { device_id: column.string(), temperature: column.double(), timestamp: column.epochSeconds() }
 */
import { DefinitionMistake, known, ofKind, text, told, truth } from './mistake.ts'
import { columnName, named } from './names.ts'

declare const rowValue: unique symbol
declare const putValue: unique symbol

/** How a column says what moment a row belongs to, if it does. */
export type Moment = 'timestamp' | 'date' | 'epochSeconds' | 'epochMilliseconds'

export interface Column<
  Read = unknown,
  Put = unknown,
  When extends Moment | undefined = Moment | undefined,
  Absent extends boolean = boolean,
> {
  readonly kind: 'column'
  /** Hive's name: `string`, `double`, `decimal(10,2)`, `array<int>`. */
  readonly type: string
  /** Present where the column tells a moment. */
  readonly moment: When
  /** Whether records and rows may lack it. */
  readonly optional: Absent
  readonly comment?: string
  readonly [rowValue]?: Read
  readonly [putValue]?: Put
}

export interface ColumnOptions {
  /** Records may lack it; in rows it is `null` then. */
  readonly optional?: boolean
  readonly comment?: string
}

export type Columns = Readonly<Record<string, Column>>

type IsOptional<O> = O extends { readonly optional: true } ? true : false
type Made<Read, Put, When extends Moment | undefined, O> = Column<Read, Put, When, IsOptional<O>>

type ReadOf<C> =
  C extends Column<infer Read, unknown, Moment | undefined, infer Absent>
    ? true extends Absent
      ? Read | null
      : Read
    : never
type PutOf<C> = C extends Column<unknown, infer Put> ? Put : never
type Flat<T> = { [K in keyof T]: T[K] } & {}
type OptionalNames<C extends Columns> = {
  [K in keyof C]: C[K] extends Column<unknown, unknown, Moment | undefined, true> ? K : never
}[keyof C]

/** What a row with these columns holds when it is read. */
export type RowOf<C extends Columns> = Flat<{ readonly [K in keyof C]: ReadOf<C[K]> }>
/** What Athena answers with: its columns have names in lower case, however they are declared. */
export type InLowerCase<R> = { [K in keyof R as K extends string ? Lowercase<K> : K]: R[K] }
/** What a record with these columns is put as. */
export type PutRow<C extends Columns> = Flat<
  { readonly [K in Exclude<keyof C, OptionalNames<C>>]: PutOf<C[K]> } & {
    readonly [K in OptionalNames<C>]?: PutOf<C[K]> | null | undefined
  }
>
/** Names of the columns that tell a moment: what a table can be partitioned by in time. */
export type MomentNames<C extends Columns> = {
  [K in keyof C & string]: C[K] extends Column<unknown, unknown, infer When> ? (When extends Moment ? K : never) : never
}[keyof C & string]

const make = <Read, Put, When extends Moment | undefined, O>(
  type: string,
  moment: When,
  options: ColumnOptions | undefined,
): Made<Read, Put, When, O> => {
  if (options !== undefined) {
    const what = `A column of the type ${type}`
    known(what, options, ['optional', 'comment'])
    truth(`${what}: optional`, options.optional ?? false)
    text(`${what}: comment`, options.comment, "'degrees Celsius'")
  }
  return Object.freeze({
    kind: 'column',
    type,
    moment,
    optional: (options?.optional === true) as IsOptional<O>,
    ...(options?.comment !== undefined && { comment: options.comment }),
  })
}

const inner = (what: string, of: Column): string => {
  ofKind(`What is in ${what}`, of, ['column'], 'a column such as column.string()')
  if (of.optional)
    throw new DefinitionMistake(
      `What is in ${what} is not optional by itself: leave { optional: true } out, or give it to the whole.`,
    )
  return of.type
}

/** Each takes `{ optional: true }` where records may lack it, and a `comment` for the catalog. */
export const column = Object.freeze({
  string: <const O extends ColumnOptions>(options?: O) =>
    make<string, string, undefined, O>('string', undefined, options),
  boolean: <const O extends ColumnOptions>(options?: O) =>
    make<boolean, boolean, undefined, O>('boolean', undefined, options),
  /** 32 bits. */
  integer: <const O extends ColumnOptions>(options?: O) =>
    make<number, number, undefined, O>('int', undefined, options),
  /** 64 bits; read as a number where that is exact, as a bigint beyond 2^53. */
  bigint: <const O extends ColumnOptions>(options?: O) =>
    make<number | bigint, number | bigint, undefined, O>('bigint', undefined, options),
  double: <const O extends ColumnOptions>(options?: O) =>
    make<number, number, undefined, O>('double', undefined, options),
  /** Exact; read as text, since JavaScript's numbers would round it. */
  decimal: <const O extends ColumnOptions>(precision: number, scale: number, options?: O) => {
    if (!(Number.isInteger(precision) && precision >= 1 && precision <= 38 && Number.isInteger(scale)))
      throw new DefinitionMistake(
        `A decimal has 1 to 38 digits and a whole number of them behind the point: ${precision}, ${scale}`,
      )
    if (scale < 0 || scale > precision)
      throw new DefinitionMistake(`A decimal of ${precision} digits cannot have ${scale} of them behind the point.`)
    return make<string, string | number, undefined, O>(`decimal(${precision},${scale})`, undefined, options)
  },
  /** A day, as '2025-10-15'. */
  date: <const O extends ColumnOptions>(options?: O) => make<string, string, 'date', O>('date', 'date', options),
  /** A wall clock's time without a zone, in milliseconds, as '2025-10-15 21:30:00.000'; Biwa and Athena take it as UTC. */
  timestamp: <const O extends ColumnOptions>(options?: O) =>
    make<string, string | Date, 'timestamp', O>('timestamp', 'timestamp', options),
  /** An instant as a number of seconds since 1970 UTC, fractions allowed. */
  epochSeconds: <const O extends ColumnOptions>(options?: O) =>
    make<number, number | Date, 'epochSeconds', O>('double', 'epochSeconds', options),
  /** An instant as a whole number of milliseconds since 1970 UTC. */
  epochMilliseconds: <const O extends ColumnOptions>(options?: O) =>
    make<number, number | Date, 'epochMilliseconds', O>('bigint', 'epochMilliseconds', options),
  /** Read as Athena's text, `[1, 2]`; `CAST(x AS JSON)` in a query gives JSON. */
  array: <R, P, const O extends ColumnOptions>(of: Column<R, P, Moment | undefined, false>, options?: O) =>
    make<string, readonly P[], undefined, O>(`array<${inner('an array', of)}>`, undefined, options),
  map: <R, P, const O extends ColumnOptions>(of: Column<R, P, Moment | undefined, false>, options?: O) =>
    make<string, Readonly<Record<string, P>>, undefined, O>(`map<string,${inner('a map', of)}>`, undefined, options),
  struct: <const C extends Columns, const O extends ColumnOptions>(of: C, options?: O) =>
    make<string, PutRow<C>, undefined, O>(
      `struct<${Object.entries(checkColumns("A struct's fields", of))
        .map(([name, { type }]) => `${name}:${type}`)
        .join(',')}>`,
      undefined,
      options,
    ),
})

/** A column's name, or its type with the names inside of it, as the catalog and Athena have it. */
export const catalogName = (declared: string): string => declared.toLowerCase()

/** A column that is declared; `toString`, which every object has, is none unless it is. */
export const columnNamed = (columns: Columns, name: string): Column | undefined =>
  Object.hasOwn(columns, name) ? columns[name] : undefined

/** The columns, frozen, when they can be what they are said to be; `what` begins the sentence. */
export function checkColumns<const C extends Columns>(what: string, columns: C): C {
  if (typeof columns !== 'object' || columns === null)
    throw new DefinitionMistake(
      `${what} must be an object such as { device_id: column.string() }, not ${told(columns)}.`,
    )
  const names = Object.keys(columns)
  if (names.length === 0) throw new DefinitionMistake(`${what} are none: name at least one column.`)
  const spelled = new Map<string, string>()
  for (const name of names) {
    named(`${what}: a column's name`, name, columnName)
    const before = spelled.get(catalogName(name))
    if (before !== undefined)
      throw new DefinitionMistake(
        `${what}: ${before} and ${name} differ by case only, which SQL and the catalog do not tell apart: they would be one column. Give one of them another name.`,
      )
    spelled.set(catalogName(name), name)
    if (columns[name]?.kind !== 'column')
      throw new DefinitionMistake(`${what}: ${name} is no column. Write ${name}: column.string(), or another type.`)
  }
  return Object.freeze({ ...columns })
}
