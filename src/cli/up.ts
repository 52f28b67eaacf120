/** `biwa up`: opens a data directory, serves it, stops cleanly when asked. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { startAhead } from '../analyze/engine/ahead.ts'
import type { LakeDefinition } from '../define/lake.ts'
import { planText } from '../define/plan-text.ts'
import { defaultAccount, defaultRegion } from '../in-process/options.ts'
import { SystemClock } from '../world/clock.ts'
import { ConsoleLog } from '../world/log.ts'
import type { Terminal } from '../world/terminal.ts'
import {
  type Command,
  readAccount,
  readChoice,
  readInstant,
  readMaybeNamed,
  readPort,
  readRegion,
  UsageMistake,
} from './command.ts'
import { loadDefinition } from './definition-file.ts'
import { findingText } from './finding-text.ts'
import { dataDefault, rememberServer } from './server-file.ts'

export const up: Command = {
  help: `usage: biwa up [<lake.ts>] [options]

Runs a lake on this machine until it is interrupted (Ctrl-C). Clients reach it with AWS_ENDPOINT_URL; in another
shell, 'eval "$(biwa env)"' sets what they need.

With a file that defines a lake (see 'biwa init') it is made what the file says: the plan is shown, data is kept. Where a lake
runs on the directory already, that one is brought up to date, and the command ends.

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
  --replace              what AWS cannot change in place may be made anew though it holds data, which is lost
  --allow-reset          lets POST /_biwa/reset empty the lake, for test suites
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name, options } = readMaybeNamed(words, 'definition file', {
      port: { type: 'string', default: '4566' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      auth: { type: 'string', default: 'open' },
      account: { type: 'string', default: defaultAccount },
      region: { type: 'string' },
      clock: { type: 'string', default: 'system' },
      start: { type: 'string' },
      limits: { type: 'string', default: 'none' },
      replace: { type: 'boolean', default: false },
      'allow-reset': { type: 'boolean', default: false },
    })
    const clock = readChoice('clock', options.clock, ['system', 'simulated'])
    if (options.start !== undefined && clock === 'system')
      throw new UsageMistake('--start goes with --clock simulated.')
    const port = readPort(options.port)
    const auth = readChoice('auth', options.auth, ['open', 'enforced'])
    const limits = readChoice('limits', options.limits, ['none', 'aws'])
    const definition = name === undefined ? undefined : await loadDefinition(name, terminal)
    const region = regionOf(options.region, definition)
    const directory = resolve(terminal.directory, options.data ?? dataDefault)
    if (definition) {
      await tellMistakes(definition, terminal)
      const { runningOn } = await import('./definition-lake.ts')
      const already = await runningOn(directory)
      if (already) {
        refuseForRunning(words, already.where)
        terminal.out(`${name}, and ${already.where}:\n\n`)
        terminal.out(`${planText(await already.apply(definition, { replace: options.replace }))}\n`)
        return 0
      }
    } else if (options.replace) throw new UsageMistake('--replace goes with a definition: biwa up lake.ts --replace.')
    const stopped = terminal.stopped()
    const log = new ConsoleLog()
    // A lake that was there before has most often been asked, and will be again.
    if (existsSync(directory)) startAhead({ clock: new SystemClock(log), log })
    const { openLake } = await import('../lake.ts')
    const lake = await openLake({
      directory,
      auth,
      account: readAccount(options.account),
      region,
      allowReset: options['allow-reset'],
      limits,
      clock,
      ...(options.start !== undefined && { start: readInstant('start', options.start) }),
      transcript: false,
      faults: false,
      log,
    })
    try {
      const server = await lake.listen({ port, host: options.host })
      const key = auth === 'enforced' ? { key: await lake.rootKey() } : {}
      await rememberServer(directory, { url: server.url, region, auth, account: lake.account, ...key }, log)
      if (definition) terminal.out(`${planText(await lake.apply(definition, { replace: options.replace }))}\n\n`)
      terminal.out(`biwa ready on ${server.url}\n`)
      await stopped
    } finally {
      await lake.close()
    }
    return 0
  },
}

/** AWS takes what is wrong in a job's SQL, and so does the lake: each run would fail. */
async function tellMistakes(definition: LakeDefinition, terminal: Terminal): Promise<void> {
  const { checkDefinition } = await import('../running/check.ts')
  const { findings } = await checkDefinition(definition)
  const mistakes = findings.filter(({ level }) => level === 'mistake')
  for (const mistake of mistakes) terminal.err(`${findingText(mistake, definition)}\n`)
  if (mistakes.length > 0)
    terminal.err("The lake is made as its file says all the same. Mend it, then run 'biwa up' with it again.\n\n")
}

/** A lake that runs already is made what the definition says, and nothing else about it changes. */
function refuseForRunning(words: readonly string[], where: string): void {
  const taken = ['--data', '--region', '--replace']
  const given = words
    .map(word => word.replace(/=.*$/s, ''))
    .find(word => word.startsWith('--') && !taken.includes(word))
  if (given !== undefined)
    throw new UsageMistake(
      `${given} is for a lake that is started, and ${where} runs already: leave it out, or stop that one first.`,
    )
}

/** A definition says its region; an option may only say the same. */
function regionOf(given: string | undefined, definition: LakeDefinition | undefined): string {
  const region = given === undefined ? undefined : readRegion(given)
  if (definition && region !== undefined && region !== definition.region)
    throw new UsageMistake(
      `The lake ${definition.name} is defined in ${definition.region}, not in ${region}: leave --region out.`,
    )
  return definition?.region ?? region ?? defaultRegion
}
