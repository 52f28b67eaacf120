/** `biwa up`: opens a data directory, serves it, stops cleanly when asked. */
import { resolve } from 'node:path'
import { defaultAccount, defaultRegion } from '../in-process/options.ts'
import { openLake } from '../lake.ts'
import { ConsoleLog } from '../world/log.ts'
import type { Terminal } from '../world/terminal.ts'
import {
  type Command,
  readAccount,
  readChoice,
  readInstant,
  readOptions,
  readPort,
  readRegion,
  UsageMistake,
} from './command.ts'
import { rememberServer } from './server-file.ts'

export const up: Command = {
  help: `usage: biwa up [options]

Runs a lake on this machine until it is interrupted (Ctrl-C). Clients reach it with AWS_ENDPOINT_URL; in another
shell, 'eval "$(biwa env)"' sets what they need.

  --port <n>             4566; 0 takes a free one
  --host <address>       127.0.0.1; others only with --auth enforced
  --data <directory>     .biwa; everything is kept there
  --auth <mode>          open: any key is taken at its word, on loopback only (default)
                         enforced: signatures are verified and IAM is asked; 'biwa env' prints the root key
  --account <12 digits>  ${defaultAccount}; the account of keys that name none
  --region <region>      ${defaultRegion}; the region of requests that name none
  --clock <kind>         system (default), or simulated: time moves only by POST /_biwa/clock {"advance":"PT5M"}
  --start <instant>      where the simulated clock starts, such as 2025-10-15T00:00:00+09:00; now unless given
  --limits <whose>       none (default), or aws: Kinesis takes and gives no faster than AWS's shards and quotas allow
  --allow-reset          lets POST /_biwa/reset empty the lake, for test suites
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const options = readOptions(words, {
      port: { type: 'string', default: '4566' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string', default: '.biwa' },
      auth: { type: 'string', default: 'open' },
      account: { type: 'string', default: defaultAccount },
      region: { type: 'string', default: defaultRegion },
      clock: { type: 'string', default: 'system' },
      start: { type: 'string' },
      limits: { type: 'string', default: 'none' },
      'allow-reset': { type: 'boolean', default: false },
    })
    const clock = readChoice('clock', options.clock, ['system', 'simulated'])
    if (options.start !== undefined && clock === 'system')
      throw new UsageMistake('--start goes with --clock simulated.')
    const port = readPort(options.port)
    const auth = readChoice('auth', options.auth, ['open', 'enforced'])
    const limits = readChoice('limits', options.limits, ['none', 'aws'])
    const directory = resolve(terminal.directory, options.data)
    const stopped = terminal.stopped()
    const lake = await openLake({
      directory,
      auth,
      account: readAccount(options.account),
      region: readRegion(options.region),
      allowReset: options['allow-reset'],
      limits,
      clock,
      ...(options.start !== undefined && { start: readInstant('start', options.start) }),
      transcript: false,
      log: new ConsoleLog(),
    })
    try {
      const server = await lake.listen({ port, host: options.host })
      const key = auth === 'enforced' ? { key: await lake.rootKey() } : {}
      await rememberServer(directory, { url: server.url, region: options.region, auth, ...key })
      terminal.out(`biwa ready on ${server.url}\n`)
      await stopped
    } finally {
      await lake.close()
    }
    return 0
  },
}
