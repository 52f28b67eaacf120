/** `biwa init`: asks what a lake is to do, and writes its definition, a test of it and a package around them. */
import { access, mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { LakeMistake } from '../../world/mistake.ts'
import type { Terminal } from '../../world/terminal.ts'
import { type Command, readDirectory, UsageMistake } from '../command.ts'
import type { Answers } from './answers.ts'
import { Asking } from './asking.ts'
import { interview, type Proposals } from './interview.ts'
import { lakeFile, namesOf } from './lake-file.ts'
import { biwaDependency } from './own-package.ts'
import { packageFiles } from './package-files.ts'
import { testFile } from './test-file.ts'

const text = { type: 'string' } as const
const optionsKnown = {
  ...{ lake: text, region: text, question: text, table: text, columns: text },
  ...{ source: text, record: text, stream: text, 'partition-key': text, shards: text, files: text, format: text },
  ...{ delivery: text, raw: text, seconds: text, mebibytes: text, compression: text },
  ...{ at: text, required: text, 'dead-letters': text, sql: text, day: text, zone: text, every: text },
} as const

export const init: Command = {
  help: `usage: biwa init [directory] [options]

Asks what a lake is to do, from what comes out to how it is made, and writes lake.ts, a test that runs it, and a package
around them: package.json, tsconfig.json, README.md, .gitignore. Nothing that is there is written over. Each option
answers its question beforehand; answers may also come line by line from a pipe, where an empty line takes what is
proposed.

  --yes                    takes what is proposed for all that no option answers

  --lake <name>            what comes out: the lake's name, from the directory's
  --region <region>        AWS_REGION, or ap-northeast-1
  --question <text>        what it is to answer
  --table <name>           the table that answers it
  --columns <list>         'device_id string, temperature double, event_time timestamp'; types are string, boolean, integer,
                           bigint, double, decimal(10,2), date, timestamp, with a ? behind where it may be missing
  --source <kind>          what comes in: stream (devices send to it), direct (programs put to a delivery), files
  --record <list>          its columns; moments may be epochSeconds or epochMilliseconds too
  --stream <name>, --partition-key <column>, --shards <n>          of a stream
  --files <s3://…/>, --format <json or csv>                        of files
  --delivery <name>        how it is collected, unless it is files
  --raw <s3://…/>          where to
  --seconds <n>, --mebibytes <n>                                   whichever comes first
  --compression <kind>     gzip or none
  --at <s3://…/>           how it is transformed: where the table lies
  --required <columns>     without which a record is of no use; or none
  --dead-letters <s3://…/> where such records go, and broken ones; or none
  --sql <select>           what makes rows of source; drafted from the columns
  --day <column>, --zone <zone>                                    a folder a day, and where it is a day; or none
  --every <time>           '5 minutes', '1 hour'; or none
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { directory = '.', options } = readDirectory(words, {
      ...optionsKnown,
      yes: { type: 'boolean', default: false },
    })
    const { yes, ...given } = options
    const place = resolve(terminal.directory, directory)
    await refuseOverwriting(place, directory)
    const asking = new Asking(terminal, given, yes)
    const region = terminal.environment('AWS_REGION') || terminal.environment('AWS_DEFAULT_REGION') || 'ap-northeast-1'
    const answers = await answersOf(asking, { lake: proposedName(basename(place)), region })
    const names = namesOf(answers)
    const files = {
      'lake.ts': lakeFile(answers, names),
      'lake.test.ts': testFile(answers, names),
      ...packageFiles(answers, biwaDependency(place)),
    }
    await mkdir(place, { recursive: true })
    for (const [name, content] of Object.entries(files)) await writeFile(join(place, name), content, { flag: 'wx' })
    terminal.out(`\nWritten${directory === '.' ? '' : ` into ${directory}`}: ${Object.keys(files).join(', ')}\n\n`)
    terminal.out(`Next:  ${directory === '.' ? '' : `cd ${directory} && `}npm install && npm test\n`)
    terminal.out('       npx biwa graph lake.ts   the way of the data\n')
    terminal.out('       npx biwa up lake.ts      run it here\n')
    return 0
  },
}

/** Everything that will be written, before a question is asked. */
const fileNames = ['lake.ts', 'lake.test.ts', 'package.json', 'tsconfig.json', 'README.md', '.gitignore']

async function refuseOverwriting(place: string, directory: string): Promise<void> {
  const there = await Promise.all(
    fileNames.map(name =>
      access(join(place, name)).then(
        () => [name],
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return []
          if (error.code === 'ENOTDIR') throw new LakeMistake(`${directory} is a file. Name a directory.`)
          throw error
        },
      ),
    ),
  )
  const found = there.flat()
  if (found.length > 0)
    throw new LakeMistake(
      `${directory === '.' ? 'This directory' : directory} has ${found.join(', ')} already, and nothing is written over. Name another directory: biwa init some-lake`,
    )
}

async function answersOf(asking: Asking, proposed: Proposals): Promise<Answers> {
  try {
    const answers = await interview(asking, proposed)
    const unused = asking.unused[0]
    if (unused === undefined) return answers
    throw new UsageMistake(
      `--${unused} answers no question here: with --source ${answers.source.kind} and these columns it is not asked.`,
    )
  } finally {
    await asking.end()
  }
}

function proposedName(directory: string): string {
  const name = directory
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 32)
  return name === '' ? 'temperature' : name
}
