// What a table's SerDe says about its files. Readers (queries, jobs, crawlers) ask here, so that they agree.
import type { RowFormat } from '../../formats/row-format.ts'
import { InvalidInputException } from './faults.ts'
import { grok } from './grok.ts'
import type { CatalogTable } from './table.ts'

export interface TableFormat {
  readonly format: 'parquet' | 'json' | 'csv'
  /** With csv only. */
  readonly csv?: {
    readonly delimiter: string
    readonly quote?: string
    readonly escape?: string
    readonly skipLines: number
    readonly nullText?: string
  }
  /** How a line of text becomes a row; not with parquet. */
  readonly rows?: RowFormat
  /** Of parquet: a column is the one at its place in the file, whatever that calls it. */
  readonly isByPlace?: true
}

export const serdes = {
  parquet: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  json: 'org.openx.data.jsonserde.JsonSerDe',
  hiveJson: 'org.apache.hive.hcatalog.data.JsonSerDe',
  csv: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
  delimited: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
  regex: 'org.apache.hadoop.hive.serde2.RegexSerDe',
  grok: 'com.amazonaws.glue.serde.GrokSerDe',
  cloudTrail: 'com.amazon.emr.hive.serde.CloudTrailSerde',
} as const

/** Whether a table's files are lists of the places of its data, a line each, as S3 Inventory and Delta Lake write them. */
export const isSymlinked = ({ inputFormat }: Pick<CatalogTable, 'inputFormat'>): boolean =>
  inputFormat === 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'

const cloudTrailInput = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'

/** Throws InvalidInputException for a SerDe that cannot be read here, or one whose properties say what cannot be. */
export function tableFormat(
  table: Pick<CatalogTable, 'name' | 'parameters' | 'serde'> & Partial<Pick<CatalogTable, 'inputFormat'>>,
): TableFormat {
  const { library } = table.serde
  // As in Hive, where what the table says goes before what the SerDe says: a header is declared on the one by Athena's DDL, on the
  // other by crawlers.
  const parameters = { ...table.serde.parameters, ...table.parameters }
  const name = library.slice(library.lastIndexOf('.') + 1)
  const refuse = (why: string) => new InvalidInputException(`Table ${table.name} has the SerDe ${library}, ${why}`)
  const skipText = parameters['skip.header.line.count'] ?? '0'
  if (!/^\d{1,9}$/.test(skipText))
    throw refuse(`and skip.header.line.count is '${skipText}', which is no number of lines`)
  const skipLines = Number(skipText)
  if (Number(parameters['skip.footer.line.count'] ?? 0) > 0)
    throw refuse('and skip.footer.line.count, which cannot be read here')
  const input = table.inputFormat ?? ''
  const isReadable = name === 'ParquetHiveSerDe' ? /Parquet\w*InputFormat$/ : /\.(?:Combine)?TextInputFormat$/
  const isCloudTrail = name === 'CloudTrailSerde' || (name === 'JsonSerDe' && input === cloudTrailInput)
  // Whatever else it names is laid out otherwise, and would be read as rows that are none.
  const isKnown = Object.values(serdes).some(serde => serde.endsWith(`.${name}`))
  if (isKnown && input !== '' && !isReadable.test(input) && !isCloudTrail)
    throw refuse(`and the input format ${input}, which cannot be read here with it`)
  // Hive's own JsonSerDe is the one whose formats are read.
  const formats = parameters['timestamp.formats']
  if (formats !== undefined && library === serdes.json)
    throw refuse('and timestamp.formats, which cannot be read here: declare the column a string and use date_parse')
  switch (name) {
    case 'ParquetHiveSerDe':
      // https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
      return { format: 'parquet', ...(isTrue(parameters['parquet.column.index.access'], false) && { isByPlace: true }) }
    case 'CloudTrailSerde':
    case 'JsonSerDe':
      // Objects in columns of text are given as they are, whichever of the two it is.
      if (isCloudTrail) return { format: 'json', rows: { ...openx({}), rowsIn: 'Records' } }
      return { format: 'json', rows: library.startsWith('org.apache.') ? hiveJson(parameters) : openx(parameters) }
    case 'OpenCSVSerde': {
      const [delimiter, quote, mark] = [
        parameters.separatorChar ?? ',',
        parameters.quoteChar ?? '"',
        parameters.escapeChar ?? '\\',
      ]
      const rows = { serde: 'opencsv', separator: delimiter, quote, escape: mark, skipLines } as const
      return { format: 'csv', csv: { delimiter, quote, escape: mark, skipLines }, rows }
    }
    case 'LazySimpleSerDe': {
      const lineBreak = parameters['line.delim'] ?? '\n'
      if (!['\n', '\r', '\r\n', '10', '13'].includes(lineBreak))
        throw refuse(`and the line.delim '${lineBreak}', which cannot be read here: lines end with a line break`)
      const escapeText = parameters['escape.delim']
      const mark = escapeText === undefined ? undefined : delimiterOf(escapeText)
      const nullText = parameters['serialization.null.format']
      // Hive's own default is the control character 1, not a comma.
      const delimiter = delimiterOf(parameters['field.delim'] ?? parameters['serialization.format'] ?? '1')
      const element = delimiterOf(parameters['collection.delim'] ?? parameters['colelction.delim'] ?? '2')
      const key = delimiterOf(parameters['mapkey.delim'] ?? '3')
      return {
        format: 'csv',
        csv: {
          delimiter,
          ...(mark !== undefined && { escape: mark }),
          skipLines,
          ...(nullText !== undefined && { nullText }),
        },
        rows: {
          ...{ serde: 'lazy', separators: [delimiter, element, key], nullText: nullText ?? '\\N', skipLines },
          ...(mark !== undefined && { escape: mark }),
          ...(formats !== undefined && { timestampFormats: listed(formats) }),
        },
      }
    }
    case 'RegexSerDe': {
      const pattern = parameters['input.regex']
      if (pattern === undefined) throw refuse('but no input.regex')
      const ignoresCase = parameters['input.regex.case.insensitive']?.toLowerCase() === 'true'
      return { format: 'csv', rows: regex(pattern, ignoresCase, skipLines, refuse) }
    }
    case 'GrokSerDe': {
      const pattern = parameters['input.format']
      if (pattern === undefined) throw refuse('but no input.format')
      const { pattern: expression, groups } = grok(pattern, parameters['input.grokCustomPatterns'] ?? '', refuse)
      return { format: 'csv', rows: { ...regex(expression, false, skipLines, refuse), groups } }
    }
    default:
      throw new InvalidInputException(
        `Table ${table.name} has the SerDe ${library || '(none)'}, which cannot be read here. ` +
          `These can: ${Object.values(serdes).join(', ')}.`,
      )
  }
}

type Parameters = Readonly<Record<string, string>>
type Refuse = (why: string) => Error

const isTrue = (text: string | undefined, otherwise: boolean) =>
  text === undefined ? otherwise : text.trim().toLowerCase() === 'true'

function openx(parameters: Parameters): Extract<RowFormat, { serde: 'openx' }> {
  const mappings = Object.entries(parameters).filter(([key]) => key.startsWith('mapping.'))
  return {
    serde: 'openx',
    caseInsensitive: isTrue(parameters['case.insensitive'], true),
    dotsToUnderscores: isTrue(parameters['dots.in.keys'], false),
    keyMappings: Object.fromEntries(
      mappings.map(([key, value]) => [key.slice('mapping.'.length).toLowerCase(), value]),
    ),
    ignoreMalformed: isTrue(parameters['ignore.malformed.json'], false),
  }
}

function hiveJson(parameters: Parameters): RowFormat {
  const formats = parameters['timestamp.formats']
  return { serde: 'hive', timestampFormats: formats === undefined ? [] : listed(formats) }
}

const listed = (formats: string): readonly string[] => formats.split(',').map(format => format.trim())

/** Java's expressions are JavaScript's, but for flags at their beginning and a few forms that do not compile here. */
function regex(
  pattern: string,
  ignoresCase: boolean,
  skipLines: number,
  refuse: Refuse,
): Extract<RowFormat, { serde: 'regex' }> {
  const [, flags = '', rest = pattern] = /^\(\?([is]+)\)(.*)$/s.exec(pattern) ?? []
  const all = `s${ignoresCase || flags.includes('i') ? 'i' : ''}`
  const error = compileError(rest, all)
  if (error !== undefined) throw refuse(`whose expression cannot be read here: ${error}`)
  return { serde: 'regex', pattern: rest, flags: all, skipLines }
}

function compileError(pattern: string, flags: string): string | undefined {
  try {
    new RegExp(`^(?:${pattern})$`, flags)
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** A number is the code of the character, as Hive reads it: `1` is control-A. */
const delimiterOf = (text: string) => (/^\d{1,3}$/.test(text) ? String.fromCharCode(Number(text)) : text)
