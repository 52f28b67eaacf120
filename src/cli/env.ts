/** `biwa env`: the exports that point AWS's clients to a lake that runs here. */
import { resolve } from 'node:path'
import { LakeMistake } from '../world/mistake.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Command, readOptions } from './command.ts'
import { reachableUrl, recallServer } from './server-file.ts'

export const env: Command = {
  help: `usage: eval "$(biwa env [options])"

Prints the exports a shell needs to reach the lake that 'biwa up' runs on a data directory: AWS_ENDPOINT_URL, the
region and a key. With open authentication any key will do; with enforced authentication it is the root key.

  --data <directory>     .biwa; the one given to 'biwa up'
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const options = readOptions(words, { data: { type: 'string', default: '.biwa' } })
    const directory = resolve(terminal.directory, options.data)
    const server = await recallServer(directory)
    if (!server)
      throw new LakeMistake(
        `No lake has been started on ${directory}. Run 'biwa up --data ${options.data}' first, or name its directory with --data.`,
      )
    const variables = {
      AWS_ENDPOINT_URL: reachableUrl(server),
      AWS_REGION: server.region,
      AWS_DEFAULT_REGION: server.region,
      AWS_ACCESS_KEY_ID: server.key?.accessKeyId ?? 'test',
      AWS_SECRET_ACCESS_KEY: server.key?.secretAccessKey ?? 'test',
    }
    terminal.out(
      Object.entries(variables)
        .map(([name, value]) => `export ${name}=${value}\n`)
        .join(''),
    )
    return 0
  },
}
