/**
 * `<data>/server.json`: where the server on this data directory listens, written when it is ready, so that `biwa env` can
 * say so. Readable by its owner alone, since with enforced authentication it holds the root key.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFullDisk } from '../world/full-disk.ts'
import type { Log } from '../world/log.ts'
import { LakeMistake } from '../world/mistake.ts'

export interface ServerFile {
  readonly url: string
  readonly region: string
  readonly auth: 'open' | 'enforced'
  /** Of keys that name none; of a file without it, Biwa's usual one. */
  readonly account?: string
  readonly key?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Where a lake's data is, where nobody says where. */
export const dataDefault = '.biwa'

const pathOf = (directory: string) => join(directory, 'server.json')

/** Listening on every address is no address to go to. */
export const reachableUrl = ({ url }: ServerFile): string =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')

/** On a full disk a lake goes without it: whoever makes room needs the lake, and only `biwa env` needs the file. */
export async function rememberServer(directory: string, server: ServerFile, log: Log): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const fresh = `${pathOf(directory)}.new`
  try {
    await writeFile(fresh, `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600 })
    await rename(fresh, pathOf(directory))
  } catch (cause) {
    if (!isFullDisk(cause)) throw cause
    await rm(fresh, { force: true })
    log.error(`${pathOf(directory)} could not be written, so 'biwa env' does not know this server`, cause)
  }
}

export async function recallServer(directory: string): Promise<ServerFile | undefined> {
  try {
    return JSON.parse(await readFile(pathOf(directory), 'utf8')) as ServerFile
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError)
      throw new LakeMistake(
        `${pathOf(directory)} is damaged. Start 'biwa up' on ${directory} again, which writes it anew.`,
      )
    throw error
  }
}
