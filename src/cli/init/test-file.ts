/** `lake.test.ts`: a record goes in, time passes, its row is there. */
import type { Answers } from './answers.ts'
import type { Names } from './lake-file.ts'
import { sampleOf } from './sample.ts'
import { indented, member, objectText, quoted } from './source-text.ts'

export function testFile(answers: Answers, names: Names): string {
  const { table, source } = answers
  const sample = sampleOf(answers)
  const put = source.kind === 'files' ? names.buckets.get(source.at.bucket) : names.source
  const imported = [put, ...(answers.every === undefined ? [names.job] : []), names.table].sort()
  return `/** The lake as lake.ts defines it, run on a clock that the test moves: no server, no waiting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { running } from 'biwa'
import ${names.lake}, { ${imported.join(', ')} } from './lake.ts'

test(${quoted(`what comes in becomes a row of ${table}`)}, async () => {
  await using app = await running(${names.lake}, { start: ${quoted(sample.start)} })
${body(answers, names, put ?? '', sample)}
})
`
}

type Sample = ReturnType<typeof sampleOf>

function body(answers: Answers, names: Names, put: string, { record, row }: Sample): string {
  const members = record.map(([name, value]) => [member(name), value] as const)
  const lines = [
    answers.source.kind === 'files'
      ? `await app.bucket(${put}).put(${quoted(`${answers.source.at.prefix}first.${answers.source.format}`)}, ${fileText(answers.source.format, record)})`
      : `await app.${answers.source.kind === 'stream' ? 'stream' : 'delivery'}(${put}).put(${objectText(members, 36)})`,
    ...passing(answers, names),
    `const rows = await app.table(${names.table}).rows()`,
    row === undefined
      ? 'assert.equal(rows.length, 1)'
      : `assert.deepEqual(rows, [${rowText(row.map(([name, value]) => [member(name), value] as const))}])`,
  ]
  return lines.map(line => line.replace(/^(?=.)/gm, '  ')).join('\n')
}

function rowText(members: readonly (readonly [string, string])[]): string {
  const line = objectText(members, 28)
  return line.includes('\n')
    ? `\n  {\n${indented(members.map(([name, value]) => `${name}: ${value}`)).replace(/^/gm, '  ')}\n  },\n`
    : line
}

/** The time until the buffer is full, and until the job has run. */
function passing({ delivered, every }: Answers, { job }: Names): readonly string[] {
  const [, count = '0', unit = 'minute'] = /^(\d+) (minute|hour|day)s?$/.exec(every ?? '') ?? []
  const minutes = { minute: 1, hour: 60, day: 1440 }[unit as 'minute' | 'hour' | 'day'] * Number(count)
  const buffered = Math.ceil((delivered?.seconds ?? 0) / 60)
  const wait = (minutes: number) => `await app.clock.advance({ minutes: ${minutes} })`
  if (every === undefined) return [...(delivered ? [wait(buffered + 1)] : []), `await app.job(${job}).run()`]
  return [
    `${wait(buffered + minutes + 1)} // ${delivered ? 'it is delivered, and the job has run' : 'the job has run'}`,
  ]
}

function fileText(format: 'json' | 'csv', record: Sample['record']): string {
  const bare = record.map(([name, value]) => [name, value.replace(/^'|'$/g, '')] as const)
  if (format === 'csv')
    return quoted(
      `${bare.map(([name]) => name).join(',')}\\n${bare.map(([, value]) => value).join(',')}\\n`,
    ).replaceAll('\\\\n', '\\n')
  const values = record.map(([name, value]) => `${JSON.stringify(name)}:${value.replaceAll("'", '"')}`)
  return `'{${values.join(',')}}\\n'`
}
