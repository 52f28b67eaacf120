/**
 * A cold start: the code is unpacked, the role lends its credentials, a process is started and loads the handler. What
 * the function sees of its surroundings is put together here.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { realpath } from 'node:fs/promises'
import type { Scratch } from '../../../durable/blobs.ts'
import type { Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import type { Random } from '../../../world/random.ts'
import { roleLost } from '../faults.ts'
import { credentialSeconds } from '../limits.ts'
import { wantsSourceMaps } from '../settings.ts'
import type { FunctionVersion } from '../version.ts'
import type { CodeDirectories } from './code-directories.ts'
import { Environment, type Outcome } from './environment.ts'
import type { Warm } from './pool.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresAt: number
}

/** IAM, as far as functions act in roles. */
export interface Roles {
  /** May Lambda act in it? */
  assumable(role: string): boolean
  /** Undefined where it may not. */
  lend(role: string, session: string, seconds: number): Promise<Credentials | undefined>
}

export interface StartingNeeds {
  readonly codes: CodeDirectories
  readonly scratch: () => Promise<Scratch>
  readonly roles: Roles
  readonly random: Random
  readonly log: Log
  /** The lake's. */
  readonly clock: Clock
  /** The machine's. */
  readonly realClock: Clock
}

export interface Started {
  readonly warm: Warm
  readonly outcome: Outcome
  readonly initMilliseconds: number
}

export async function startEnvironment(
  needs: StartingNeeds,
  version: FunctionVersion,
  key: string,
  endpoint: string | undefined,
  /** Called as soon as there is a process, which the caller may have to kill. */
  onProcess: (environment: Environment) => void,
): Promise<Started> {
  const { codes, scratch, roles, random, log, clock, realClock } = needs
  await using cleanup = new AsyncDisposableStack()
  const credentials = await roles.lend(version.settings.role, version.name, credentialSeconds)
  if (credentials === undefined) throw roleLost(version.settings.role)
  const code = cleanup.use(await codes.take(version.code.blob))
  const temporary = cleanup.use(await scratch())
  // The data directory may be a relative path, or a link.
  const [root, writable] = await Promise.all([realpath(code.path), realpath(temporary.path)])
  const from = realClock.elapsed()
  const { handler, runtime, memoryMebibytes, storageMebibytes } = version.settings
  const environment = new Environment(
    {
      code: root,
      temporary: writable,
      init: {
        handler,
        runtime,
        environment: {
          ...version.settings.environment,
          ...surroundings(version, root, credentials),
          AWS_LAMBDA_LOG_STREAM_NAME: `${dayOf(clock.now())}/[${version.version}]${random.hex(16)}`,
          // A function may name another endpoint for itself.
          ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint, ...version.settings.environment }),
        },
      },
      memoryMebibytes,
      storageMebibytes,
      mapsSources: wantsSourceMaps(version.settings),
    },
    realClock,
    log,
  )
  onProcess(environment)
  const outcome = await environment.init(lakeTime(clock, realClock))
  const initMilliseconds = realClock.elapsed() - from
  cleanup.move()
  return { warm: { environment, key, code, temporary, expiresAt: credentials.expiresAt }, outcome, initMilliseconds }
}

const surroundings = (version: FunctionVersion, root: string, credentials: Credentials) => ({
  _HANDLER: version.settings.handler,
  AWS_REGION: version.region,
  AWS_DEFAULT_REGION: version.region,
  AWS_EXECUTION_ENV: `AWS_Lambda_${version.settings.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: version.name,
  AWS_LAMBDA_FUNCTION_VERSION: version.version,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.settings.memoryMebibytes),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${version.name}`,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
  LAMBDA_TASK_ROOT: root,
})

/** Where the lake's clock stands; nothing where it is the machine's own. */
export function lakeTime(clock: Clock, realClock: Clock): { readonly lakeTime?: number } {
  return clock === realClock ? {} : { lakeTime: clock.now() }
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')
