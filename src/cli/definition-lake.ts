/**
 * The lake that a definition is for, on a data directory: the server that runs on it, or, where none does, the directory
 * itself, opened for as long as it takes.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
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

/** Undefined where no lake runs on the directory. AWS_ENDPOINT_URL names one where `data` was not given. */
export async function runningOn(
  terminal: Pick<Terminal, 'directory' | 'environment'>,
  data: string | undefined,
): Promise<DefinedLake | undefined> {
  const url = terminal.environment('AWS_ENDPOINT_URL')
  if (data === undefined && url) {
    const [accessKeyId, secretAccessKey] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map(name =>
      terminal.environment(name),
    )
    const key = accessKeyId && secretAccessKey ? { key: { accessKeyId, secretAccessKey } } : {}
    return overHttp({ url, region: '', auth: 'open', ...key })
  }
  const server = await recallServer(resolve(terminal.directory, data ?? dataDefault))
  return server !== undefined && (await answers(server)) ? overHttp(server) : undefined
}

/** Runs `use` on the lake of the directory, be it up or not. */
export async function withLake<T>(
  terminal: Pick<Terminal, 'directory' | 'environment'>,
  data: string | undefined,
  use: (lake: DefinedLake) => Promise<T>,
): Promise<T> {
  const server = await runningOn(terminal, data)
  if (server) return use(server)
  const directory = resolve(terminal.directory, data ?? dataDefault)
  const isThere = existsSync(directory)
  await using lake = await openLake({ directory: isThere ? directory : 'temporary' })
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
