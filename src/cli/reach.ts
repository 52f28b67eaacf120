/**
 * Which lake a command speaks to, and as whom: the one on `--data`; without it the one that the shell's variables name, as
 * `eval "$(biwa env)"` sets them and AWS's own tools read them; without these the one on `.biwa`.
 */
import { resolve } from 'node:path'
import { LakeMistake } from '../world/mistake.ts'
import type { Terminal } from '../world/terminal.ts'
import { dataDefault, recallServer, type ServerFile } from './server-file.ts'

export async function reachServer(
  terminal: Terminal,
  options: { readonly data?: string | undefined; readonly region?: string | undefined },
): Promise<ServerFile> {
  const told = (name: string) => terminal.environment(name) || undefined
  const region = options.region ?? told('AWS_REGION') ?? told('AWS_DEFAULT_REGION')
  const url = told('AWS_ENDPOINT_URL')
  if (options.data === undefined && url !== undefined) {
    const [accessKeyId, secretAccessKey] = [told('AWS_ACCESS_KEY_ID'), told('AWS_SECRET_ACCESS_KEY')]
    const key = accessKeyId && secretAccessKey ? { key: { accessKeyId, secretAccessKey } } : {}
    return { url, region: region ?? 'us-east-1', auth: 'open', ...key }
  }
  const data = options.data ?? dataDefault
  const directory = resolve(terminal.directory, data)
  const server = await recallServer(directory)
  if (!server)
    throw new LakeMistake(
      `No lake has been started on ${directory}. Run 'biwa up --data ${data}' first, name its directory with --data, or set AWS_ENDPOINT_URL.`,
    )
  return { ...server, ...(region !== undefined && { region }) }
}
