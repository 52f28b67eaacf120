/**
 * `biwa demo`, which is `npm start`: the whole pipeline on real weather observations, on a clock that skips the waiting;
 * then the lake stays up and time goes on at its own pace. Everything it shows was measured.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Lake } from '../../in-process/lake.ts'
import type { Listening } from '../../in-process/listening.ts'
import { openLake } from '../../lake.ts'
import { SystemClock } from '../../world/clock.ts'
import { ConsoleLog } from '../../world/log.ts'
import type { Terminal } from '../../world/terminal.ts'
import { type Command, readOptions, readPort } from '../command.ts'
import { rememberServer } from '../server-file.ts'
import { loadExample, region } from './example.ts'
import { tryNext } from './next.ts'
import { Screen } from './screen.ts'
import { tell } from './story.ts'
import { readings } from './weather.ts'

/** The demo's clock starts this long ago and has caught up with the hour when the story is told. */
const headStartMilliseconds = 10 * 60_000

export const demo: Command = {
  help: `usage: npm start [-- options]     (biwa demo [options])

Brings a lake up, makes it what examples/temperature/lake.ts defines (Kinesis -> Firehose -> S3 -> Glue -> Athena), sends
real weather observations through it, prints the query's result, and stays up for you to try the AWS CLI on it. Time runs fast until then.

  --once                 end after the result
  --port <n>             4566; a free one when that is taken and --port was not given
  --data <directory>     keep the data there; otherwise it is gone when the demo ends
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const options = readOptions(words, {
      once: { type: 'boolean', default: false },
      port: { type: 'string' },
      data: { type: 'string' },
    })
    const port = options.port === undefined ? undefined : readPort(options.port)
    const [observations, definition] = [await readings(), await loadExample()]
    const stopped = terminal.stopped().then(() => 'stopped' as const)
    const log = new ConsoleLog()
    const realTime = new SystemClock(log)
    const temporary = options.data === undefined ? await mkdtemp(join(tmpdir(), 'biwa-')) : undefined
    const directory = temporary ?? resolve(terminal.directory, options.data ?? '')
    const lake = await openLake({
      ...{ directory, region, log },
      ...{ clock: 'simulated', start: realTime.now() - headStartMilliseconds, transcript: false, faults: false },
    })
    try {
      const server = await listen(lake, port)
      await rememberServer(directory, { url: server.url, region, auth: 'open' }, log)
      const screen = new Screen(terminal)
      screen.title('Biwa, a data lake in one process')
      screen.line(`${screen.strong(server.url)} speaks AWS; everything it keeps is in ${directory}`)
      const story = tell({ lake, definition, screen, observations, realTime, watched: terminal.interactive })
      if ((await Promise.race([story, stopped])) === 'stopped' || options.once) return 0
      await lake.keepPace()
      tryNext(screen, server.url, options.data)
      await stopped
      return 0
    } finally {
      await lake.close()
      if (temporary) await rm(temporary, { recursive: true, force: true })
    }
  },
}

async function listen(lake: Lake, port: number | undefined): Promise<Listening> {
  const host = '127.0.0.1'
  try {
    return await lake.listen({ port: port ?? 4566, host })
  } catch (error) {
    if (port !== undefined || !(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE')
      throw error
    return lake.listen({ port: 0, host })
  }
}
