/**
 * The lake that a definition is for, on a data directory: the server that runs on it, or, where none does, the directory
 * itself, opened for as long as it takes.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ApplyOptions } from '../define/apply.ts'
import type { LakeDefinition } from '../define/lake.ts'
import type { Plan } from '../define/plan.ts'
import type { DownOptions } from '../in-process/definitions.ts'
import { openLake } from '../lake.ts'
import { LakeMistake } from '../world/mistake.ts'
import type { Terminal } from '../world/terminal.ts'
import { dataDefault, reachableUrl, recallServer, type ServerFile } from './server-file.ts'

export interface DefinedLake {
  /** In words: `the lake on http://…`. */
  readonly where: string
  plan(definition: LakeDefinition): Promise<Plan>
  apply(definition: LakeDefinition, options?: ApplyOptions): Promise<Plan>
  planDown(definition: LakeDefinition, options?: DownOptions): Promise<Plan>
  takeDown(definition: LakeDefinition, options?: DownOptions): Promise<Plan>
}

/** Undefined where no lake runs on the directory. */
export async function runningOn(directory: string): Promise<DefinedLake | undefined> {
  const server = await recallServer(directory)
  return server !== undefined && (await answers(server)) ? overHttp(server) : undefined
}

/** The lake that AWS_ENDPOINT_URL names; undefined where it names none. */
function named(terminal: Pick<Terminal, 'environment'>): DefinedLake | undefined {
  const url = terminal.environment('AWS_ENDPOINT_URL')
  if (!url) return undefined
  const [accessKeyId, secretAccessKey] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map(name =>
    terminal.environment(name),
  )
  const key = accessKeyId && secretAccessKey ? { key: { accessKeyId, secretAccessKey } } : {}
  return overHttp({ url, region: '', auth: 'open', ...key })
}

/** Runs `use` on the lake of the directory, be it up or not; where no directory is named, on the one of AWS_ENDPOINT_URL. */
export async function withLake<T>(
  terminal: Pick<Terminal, 'directory' | 'environment'>,
  data: string | undefined,
  use: (lake: DefinedLake) => Promise<T>,
): Promise<T> {
  const directory = resolve(terminal.directory, data ?? dataDefault)
  const server = (data === undefined ? named(terminal) : undefined) ?? (await runningOn(directory))
  if (server) return use(server)
  // A directory that no lake has been in is left as it is.
  const isThere = existsSync(join(directory, 'format'))
  const account = (await recallServer(directory))?.account
  await using lake = await openLake({
    directory: isThere ? directory : 'temporary',
    ...(account !== undefined && { account }),
  })
  const where = isThere
    ? `the lake in ${directory}, which is not up`
    : `an empty lake: there is none in ${directory} yet`
  return await use({
    where,
    plan: definition => lake.plan(definition),
    apply: (definition, options) => lake.apply(definition, options),
    planDown: (definition, options) => lake.planDown(definition, options),
    takeDown: (definition, options) => lake.takeDown(definition, options),
  })
}

async function answers(server: ServerFile): Promise<boolean> {
  try {
    const { edition } = (await (await fetch(`${reachableUrl(server)}/_biwa/health`)).json()) as { edition?: string }
    return edition === 'biwa'
  } catch {
    return false
  }
}

function overHttp(server: ServerFile): DefinedLake {
  const url = reachableUrl(server)
  const ask = async (body: object): Promise<Plan> => {
    const { key } = server
    const password = key && Buffer.from(`${key.accessKeyId}:${key.secretAccessKey}`).toString('base64')
    const sent = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(password && { authorization: `Basic ${password}` }) },
    }
    const answer = await fetch(`${url}/_biwa/definition`, sent).catch(cause => {
      const why = (cause as Error).cause ?? cause
      throw new LakeMistake(`${url} does not answer (${(why as Error).message}). Is 'biwa up' still running there?`)
    })
    const content = (await answer.json()) as { readonly message?: string }
    if (!answer.ok) throw new LakeMistake(content.message ?? `${url} answered with ${answer.status}.`)
    return content as unknown as Plan
  }
  return {
    where: `the lake on ${url}`,
    plan: definition => ask({ act: 'plan', definition }),
    apply: (definition, options) => ask({ act: 'apply', definition, ...options }),
    planDown: (definition, options) => ask({ act: 'planDown', definition, ...options }),
    takeDown: (definition, options) => ask({ act: 'down', definition, ...options }),
  }
}
