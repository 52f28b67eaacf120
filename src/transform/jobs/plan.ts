// What a run is to do, read from its arguments: the run's own over the job's defaults, the job's non-overridable ones
// over both. Names start with `--` as in Glue. Everything that has no effect here is listed, so that the run can say so.
import { EngineFault } from '../../analyze/engine/fault.ts'
import type { Column, TransformRequest } from '../../analyze/engine/request.ts'
import { parseSchema } from '../../analyze/engine/request.ts'
import { InvalidInputException } from './faults.ts'
import type { Arguments, JobDefinition } from './job.ts'
import { objectsPerRun } from './limits.ts'
import { type Location, parseFolderLocation } from './location.ts'

export type BookmarkOption =
  | { readonly kind: 'enable' }
  | { readonly kind: 'disable' }
  /** Reads as the bookmark says and does not move it; `from` and `to` are run ids. */
  | { readonly kind: 'pause'; readonly from?: string; readonly to?: string }

export interface Plan {
  readonly bookmark: BookmarkOption
  readonly database: string
  /** --SOURCE_S3: the relation `source`. Without it the script reads catalog tables only. */
  readonly source?: {
    readonly location: Location
    readonly schema?: readonly Column[]
    readonly required: readonly string[]
    readonly format?: 'json' | 'csv'
    readonly csv?: CsvFormat
  }
  /** --SOURCE_TABLE: which catalog table the bookmark is about, where the script names several. */
  readonly sourceTable?: string
  /** How a module's rows spell the columns of that table. */
  readonly sourceTableSchema?: readonly Column[]
  readonly deadLetters?: Location
  readonly objectsMax: number
  /** The values of ${NAME} in the script. */
  readonly values: Arguments
  readonly withoutEffect: readonly string[]
}

/** Glue's own arguments that say nothing about the result of a run here. */
const glueOnly =
  /^--(TempDir|class|conf|enable-|extra-|additional-python-modules|python-modules-installer-option|job-language|spark-|scriptLocation|user-jars-first|use-postgres-driver|executor-cores|continuous-log-|custom-logGroup-prefix|custom-logStream-prefix|datalake-formats|write-shuffle-)/

export function effectiveArguments(job: JobDefinition, given: Arguments): Arguments {
  return { ...job.defaultArguments, ...given, ...job.nonOverridableArguments }
}

export function planOf(all: Arguments): Plan {
  const values: Record<string, string> = {}
  const withoutEffect: string[] = []
  for (const [name, value] of Object.entries(all)) {
    if (name.startsWith('--job-bookmark-')) continue
    if (glueOnly.test(name)) withoutEffect.push(name)
    else values[name.replace(/^--/, '')] = value
  }
  const given = (name: string) => (values[name] === '' ? undefined : values[name])
  const source = given('SOURCE_S3')
  const schema = given('SOURCE_SCHEMA')
  const format = given('SOURCE_FORMAT')?.toLowerCase()
  if (format !== undefined && format !== 'json' && format !== 'csv')
    throw new InvalidInputException(`--SOURCE_FORMAT must be json or csv: ${format}`)
  const sourceTable = given('SOURCE_TABLE')
  for (const name of ['SOURCE_SCHEMA', 'SOURCE_FORMAT', ...csvArguments, 'REQUIRED'])
    if (source === undefined && given(name) !== undefined && !(name === 'SOURCE_SCHEMA' && sourceTable !== undefined))
      throw new InvalidInputException(`--${name} describes the objects of --SOURCE_S3, which is not given.`)
  const deadLetters = given('DLQ_S3')
  return {
    bookmark: bookmarkOf(all),
    database: given('DATABASE') ?? 'default',
    ...(source !== undefined && {
      source: {
        location: parseFolderLocation(source, '--SOURCE_S3'),
        ...(schema !== undefined && { schema: schemaOf(schema) }),
        required: (given('REQUIRED') ?? '')
          .split(',')
          .map(text => text.trim().toLowerCase())
          .filter(text => text !== ''),
        ...(format !== undefined && { format }),
        csv: csvOf(given, format),
      },
    }),
    ...(sourceTable !== undefined && { sourceTable: sourceTable.toLowerCase() }),
    ...(source === undefined && schema !== undefined && { sourceTableSchema: schemaOf(schema) }),
    ...(deadLetters !== undefined && { deadLetters: parseFolderLocation(deadLetters, '--DLQ_S3') }),
    objectsMax: countOf(given('BOUNDED_FILES')),
    values,
    withoutEffect,
  }
}

type CsvFormat = NonNullable<NonNullable<TransformRequest['source']>['csv']>

const csvArguments = ['SOURCE_HEADER', 'SOURCE_DELIMITER', 'SOURCE_QUOTE']

/** As Glue reads CSV, but for the header, which is there unless it is said that it is not. */
function csvOf(given: (name: string) => string | undefined, format: string | undefined): CsvFormat {
  const said = csvArguments.find(name => given(name) !== undefined)
  if (said !== undefined && format === 'json')
    throw new InvalidInputException(`--${said} is about CSV, and --SOURCE_FORMAT is json.`)
  const header = given('SOURCE_HEADER')?.toLowerCase() ?? 'true'
  if (header !== 'true' && header !== 'false')
    throw new InvalidInputException(`--SOURCE_HEADER must be true or false: ${header}`)
  const character = (name: string, usual: string) => {
    const text = given(name) ?? usual
    const found = text === '\\t' ? '\t' : text
    if (!/^[\t\x20-\x7e]$/.test(found))
      throw new InvalidInputException(`--${name} must be one ASCII character, or \\t for a tab: ${text}`)
    return found
  }
  const [delimiter, quote] = [character('SOURCE_DELIMITER', ','), character('SOURCE_QUOTE', '"')]
  if (delimiter === quote)
    throw new InvalidInputException(`--SOURCE_DELIMITER and --SOURCE_QUOTE are the same character: ${quote}`)
  return { header: header === 'true', delimiter, quote }
}

function schemaOf(text: string): readonly Column[] {
  try {
    return parseSchema(text)
  } catch (cause) {
    throw cause instanceof EngineFault ? new InvalidInputException(`--SOURCE_SCHEMA: ${cause.message}`) : cause
  }
}

function bookmarkOf(all: Arguments): BookmarkOption {
  const option = all['--job-bookmark-option'] ?? 'job-bookmark-disable' // as in Glue: off unless switched on
  const from = all['--job-bookmark-from']
  const to = all['--job-bookmark-to']
  if (option !== 'job-bookmark-pause' && (from ?? to) !== undefined)
    throw new InvalidInputException('--job-bookmark-from and --job-bookmark-to go with job-bookmark-pause only.')
  switch (option) {
    case 'job-bookmark-enable':
      return { kind: 'enable' }
    case 'job-bookmark-disable':
      return { kind: 'disable' }
    case 'job-bookmark-pause':
      if ((from === undefined) !== (to === undefined))
        throw new InvalidInputException('--job-bookmark-from and --job-bookmark-to are given both or neither.')
      return { kind: 'pause', ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
    default:
      throw new InvalidInputException(
        `--job-bookmark-option must be job-bookmark-enable, job-bookmark-disable or job-bookmark-pause: ${option}`,
      )
  }
}

function countOf(text: string | undefined): number {
  if (text === undefined) return objectsPerRun
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidInputException(`--BOUNDED_FILES must be a positive whole number: ${text}`)
  return Number(text)
}
