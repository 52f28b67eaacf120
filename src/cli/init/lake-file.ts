/** `lake.ts`, the definition that the answers come to. */
import type { Answers, Field, Place } from './answers.ts'
import { constant, member, objectText, quoted, variable } from './source-text.ts'

/** What the constants of the definition are called. */
export interface Names {
  readonly lake: string
  readonly buckets: ReadonlyMap<string, string>
  /** The stream, the delivery or the files. */
  readonly source: string
  readonly table: string
  readonly job: string
}

const sourceNames = { stream: 'readings', direct: 'raw', files: 'uploads' } as const
const defineWords = ['bucket', 'column', 'day', 'delivery', 'files', 'job', 'lake', 'stream', 'table'] as const

export function namesOf(answers: Answers): Names {
  const { source, delivered, at, deadLetters } = answers
  const buckets = new Map<string, string>()
  const name = (place: Place | undefined, called: string) => {
    if (place !== undefined && !buckets.has(place.bucket)) buckets.set(place.bucket, called)
  }
  name(source.kind === 'files' ? source.at : undefined, 'inbox')
  name(delivered?.to, 'data')
  name(at, 'analytics')
  name(deadLetters, 'rejected')
  const taken = [...defineWords, ...buckets.values(), ...Object.values(sourceNames), 'curate', ...testWords]
  const table = variable(answers.table, 'table', taken)
  const lake = variable(answers.lake, 'lake', [...taken, table])
  return { lake, buckets, source: sourceNames[source.kind], table, job: 'curate' }
}
/** What else is in scope where the names are imported. */
const testWords = ['app', 'assert', 'rows', 'running', 'test']

export function lakeFile(answers: Answers, names: Names): string {
  const { lake, region, question, source, delivered, day } = answers
  const used = ['bucket', 'column', ...(day ? ['day'] : []), ...(delivered ? ['delivery'] : [])]
  if (source.kind !== 'direct') used.push(source.kind)
  const words = [...used, 'job', 'lake', 'table'].sort()
  const question_ = question === '' ? '' : `// ${question}\n`
  const buckets = [...names.buckets].map(([bucket, name]) => `export const ${name} = bucket(${quoted(bucket)})`)
  const parts = [
    `${question_}import { ${words.join(', ')} } from 'biwa/define'`,
    buckets.join('\n'),
    ...sourceParts(answers, names),
    tablePart(answers, names),
    jobPart(answers, names),
    `export default lake(${quoted(lake)}, { region: ${quoted(region)}, parts: [${names.job}] })`,
  ]
  return `${parts.join('\n\n')}\n`
}

function sourceParts({ source, record, delivered }: Answers, names: Names): readonly string[] {
  const fields = ['record', fieldsText(record, '  record: '.length)] as const
  if (source.kind === 'files') {
    const format = ['format', quoted(source.format)] as const
    return [
      `${comment('What others put there.')}${constant(names.source, `files(${placeText(source.at, names)}, `, [fields, format])}`,
    ]
  }
  if (delivered === undefined) return []
  const { name, to, seconds, mebibytes, compression } = delivered
  const rest = [
    ['to', placeText(to, names)],
    ['buffer', `{ seconds: ${seconds}, mebibytes: ${mebibytes} }`],
    compression === 'none' ? undefined : (['compression', quoted(compression)] as const),
  ] as const
  if (source.kind === 'direct')
    return [
      `${comment('What programs send.')}${constant(names.source, `delivery(${quoted(name)}, `, [fields, ...rest])}`,
    ]
  const stream = constant(names.source, `stream(${quoted(source.name)}, `, [
    fields,
    ['partitionKey', quoted(source.partitionKey)],
    ['shards', String(source.shards)],
  ])
  const delivery = constant('raw', `delivery(${quoted(name)}, `, [['from', names.source], ...rest])
  return [`${comment('What devices send.')}${stream}`, `${comment('Kept as it came.')}${delivery}`]
}

const tablePart = ({ table, columns, at, day }: Answers, names: Names): string =>
  comment('What is asked.') +
  constant(names.table, `table(${quoted(table)}, `, [
    ['at', placeText(at, names)],
    ['columns', fieldsText(columns, '  columns: '.length)],
    day && ['partitionBy', `day(${quoted(day.of)}${day.zone === undefined ? '' : `, { zone: ${quoted(day.zone)} }`})`],
  ])

const jobPart = ({ lake, source, deadLetters, required, sql, isDraft, every }: Answers, names: Names): string =>
  comment('How one becomes the other.') +
  constant(names.job, `job(${quoted(`${lake}-curate`)}, `, [
    ['from', source.kind === 'stream' ? 'raw' : names.source],
    ['into', names.table],
    deadLetters && ['deadLetters', placeText(deadLetters, names)],
    required.length === 0 ? undefined : ['required', `[${required.map(quoted).join(', ')}]`],
    ['sql', sqlText(sql, isDraft)],
    every === undefined ? undefined : ['every', quoted(every)],
  ])

const comment = (text: string): string => `/** ${text} */\n`

const placeText = ({ bucket, prefix }: Place, { buckets }: Names): string =>
  `${buckets.get(bucket)}${prefix === '' ? '' : `.prefix(${quoted(prefix)})`}`

const fieldsText = (fields: readonly Field[], before: number): string =>
  objectText(
    fields.map(({ name, type, optional }) => [member(name), columnText(type, optional)] as const),
    before,
  )

/** `column.decimal(10, 2, { optional: true })` */
function columnText(type: Field['type'], optional: boolean): string {
  const [, word = '', digits] = /^(\w+)(?:\((.*)\))?$/.exec(type) ?? []
  const given = [...(digits === undefined ? [] : digits.split(',')), ...(optional ? ['{ optional: true }'] : [])]
  return `column.${word}(${given.join(', ')})`
}

/** A draft that is long is laid out, a column a line; one's own stays as it is, whose texts may hold anything. */
function sqlText(sql: string, isDraft: boolean): string {
  if (sql.length <= 90) return sql.includes("'") ? template(sql) : quoted(sql)
  if (!isDraft) return template(sql)
  const [, columns = '', rest = ''] = /^SELECT (.*) (FROM source)$/.exec(sql) ?? []
  return template(`\n  SELECT\n    ${columns.replaceAll(', ', ',\n    ')}\n  ${rest}\n`)
}

const template = (text: string): string => `\`${text.replace(/\\|`|\$\{/g, sign => `\\${sign}`)}\``
