/** `biwa sql`: one statement on a lake that runs here, through Athena's API as any client would. */

import { SystemClock } from '../../world/clock.ts'
import { ConsoleLog } from '../../world/log.ts'
import { LakeMistake } from '../../world/mistake.ts'
import { pause } from '../../world/pause.ts'
import type { Terminal } from '../../world/terminal.ts'
import { athena as athenaService, type Call, callsTo, glue, Refusal } from '../calls.ts'
import { type Command, readNamed, readOptions, readRegion, UsageMistake } from '../command.ts'
import { reachServer } from '../reach.ts'
import { estimate } from './estimate.ts'
import { estimateLines, figuresLine, historyLines, pointedAt } from './figures.ts'
import { csvWriter, JsonWriter, TableWriter, type Writer } from './rows.ts'
import { type Execution, ended, history, isTable, pages, start } from './running.ts'

const optionsKnown = {
  database: { type: 'string', default: 'default' },
  'work-group': { type: 'string', default: 'primary' },
  output: { type: 'string' },
  csv: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  history: { type: 'boolean', default: false },
  count: { type: 'string', default: '20' },
  data: { type: 'string' },
  region: { type: 'string' },
} as const

export const sql: Command = {
  help: `usage: biwa sql "<statement>" [options]
       biwa sql --history [options]

Runs a statement in Athena's language on the lake that 'biwa up' runs here, and prints its rows. Before a SELECT runs it
says what it will read at most and what Amazon Athena would charge ($5 a TB, 10 MB at least), and warns when a
partitioned table is read whole; afterwards what was read. These lines go to stderr.

  --database <name>      default
  --work-group <name>    primary
  --output <s3://…>      where the result is kept, unless the work group says so
  --csv                  the rows as CSV, with a line of names; NULL is an empty field without quotes
  --json                 a JSON document a row
  --quiet                rows and errors alone
  --history              the work group's last queries, newest first; --count <n> of them (20)
  --data <directory>     the one given to 'biwa up'; without it AWS_ENDPOINT_URL, or else .biwa
  --region <region>      the one given to 'biwa up'

Exit codes: 0 it succeeded, 1 it failed or was refused, 2 the command was called wrongly, 130 interrupted (Ctrl-C stops
the query).
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name: statement, options } = words.includes('--history')
      ? { name: '', options: readOptions(words, optionsKnown) }
      : readNamed(words, 'statement', optionsKnown)
    if (options.csv && options.json) throw new UsageMistake('--csv or --json, not both.')
    if (!options.history && statement.trim() === '') throw new UsageMistake('The statement is empty.')
    const count = readCount(options.count)
    const region = options.region === undefined ? {} : { region: readRegion(options.region) }
    const server = await reachServer(terminal, { data: options.data, ...region })
    const clock = new SystemClock(new ConsoleLog())
    const stop = new AbortController()
    terminal.stopped().then(() => stop.abort())
    const callOptions = { now: () => clock.now(), signal: AbortSignal.any([stop.signal, terminal.unread]) }
    const call = callsTo(server, athenaService, callOptions)
    const workGroup = options['work-group']
    if (options.history) {
      const found = await history(call, workGroup, count)
      terminal.out(
        historyLines(found, terminal.interactive ? terminal.columns : 200)
          .map(line => `${line}\n`)
          .join(''),
      )
      return 0
    }
    const say = options.quiet ? () => {} : (line: string) => terminal.err(`${line}\n`)
    // Of a query that fails, it says better itself what is wrong than what was in the way of an estimate.
    let unestimated: string | undefined
    if (!options.quiet && /^\s*(select|with|values|\()/i.test(statement)) {
      const lake = { server, glue: callsTo(server, glue, callOptions), options: callOptions }
      try {
        for (const line of estimateLines(await estimate(lake, statement, options.database))) say(line)
      } catch (cause) {
        unestimated = `No estimate was made before it ran: ${cause instanceof Error ? cause.message : String(cause)}`
      }
    }
    const writer = options.csv ? csvWriter : options.json ? new JsonWriter() : new TableWriter()
    let id: string | undefined
    try {
      id = await start(call, { sql: statement, database: options.database, workGroup, output: options.output })
      const execution = await ended(call, id, {
        pause: milliseconds => pause(milliseconds, callOptions.signal),
        tell: progress(terminal, options.quiet),
      })
      if (terminal.interactive && !options.quiet) terminal.err('\r\u001b[K')
      if (execution.Status.State !== 'SUCCEEDED') throw new LakeMistake(pointedAt(failure(execution), statement))
      const rows = await print(call, execution, writer, terminal)
      say(figuresLine(execution, rows))
      if (unestimated !== undefined) say(unestimated)
      return 0
    } catch (error) {
      if (callOptions.signal.aborted) return await interrupted(terminal, { server, id, now: callOptions.now })
      throw withOutput(error)
    }
  },
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageMistake(`--count takes a number from 1 to 9999, not '${text}'.`)
  return Number(text)
}

/** One line that is drawn over, for whoever watches. */
function progress(terminal: Terminal, quiet: boolean): (state: string) => void {
  if (!terminal.interactive || quiet) return () => {}
  return state => terminal.err(`\r\u001b[K${state === 'QUEUED' ? 'waiting for its turn …' : 'running …'}`)
}

const failure = ({ Status }: Execution): string =>
  Status.StateChangeReason ?? `The query ended as ${Status.State} without a reason`

/** A page at a time, each when the one before has been taken. */
async function print(call: Call, execution: Execution, writer: Writer, terminal: Terminal): Promise<number> {
  let count = 0
  let begun = false
  for await (const { columns, rows } of pages(call, execution)) {
    count += rows.length
    if (!isTable(execution)) terminal.out(rows.map(([line]) => `${line ?? ''}\n`).join(''))
    else terminal.out((begun ? '' : writer.begin(columns, rows)) + writer.rows(rows))
    begun = true
    await terminal.flushed()
  }
  return count
}

/** The query is stopped too: nobody waits for it any more. */
async function interrupted(
  terminal: Terminal,
  { server, id, now }: { server: Parameters<typeof callsTo>[0]; id: string | undefined; now: () => number },
): Promise<number> {
  if (id !== undefined) {
    const call = callsTo(server, athenaService, { now, signal: new AbortController().signal })
    await call('StopQueryExecution', { QueryExecutionId: id }).catch(() => undefined)
  }
  if (!terminal.unread.aborted) terminal.err('\nThe query was stopped.\n')
  return terminal.unread.aborted ? 0 : 130
}

/** Athena wants to know where results go before anything else. */
function withOutput(error: unknown): unknown {
  if (!(error instanceof Refusal) || !/No output location/.test(error.message)) return error
  return new LakeMistake(
    'Athena keeps every result in S3, and neither the command nor the work group says where. Say --output s3://bucket/folder/, or set it once with\n' +
      "  aws athena update-work-group --work-group primary --configuration-updates 'ResultConfigurationUpdates={OutputLocation=s3://bucket/folder/}'",
  )
}
