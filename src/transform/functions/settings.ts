/** What a function may be set to: AWS's bounds, and what a Node process on this machine can honour. The rest is refused by name. */
import { invalid } from './faults.ts'
import {
  environmentBytesMax,
  memoryMebibytesDefault,
  storageMebibytesDefault,
  timeoutSecondsDefault,
} from './limits.ts'
import type { Settings } from './version.ts'

/** All of them run on the Node.js that runs the lake. */
export const runtimes = ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const

export type SettingsChange = Partial<Settings>

export function newSettings(wanted: SettingsChange & { readonly role: string }): Settings {
  const { runtime, handler } = wanted
  if (runtime === undefined || handler === undefined)
    throw invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.')
  return checked({
    description: '',
    timeoutSeconds: timeoutSecondsDefault,
    memoryMebibytes: memoryMebibytesDefault,
    storageMebibytes: storageMebibytesDefault,
    environment: {},
    architecture: 'x86_64',
    ...wanted,
    ...{ runtime, handler },
  })
}

export const changedSettings = (before: Settings, change: SettingsChange): Settings => checked({ ...before, ...change })

function checked(settings: Settings): Settings {
  if (!(runtimes as readonly string[]).includes(settings.runtime))
    throw invalid(
      `The runtime parameter of ${settings.runtime} is not supported: Biwa runs functions in Node.js alone. Use one of ${runtimes.join(', ')}.`,
    )
  checkEnvironment(settings.environment)
  return settings
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reserved = new Set([
  ...['_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_DEFAULT_REGION', 'AWS_REGION', 'AWS_EXECUTION_ENV'],
  ...['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION'],
  ...['AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME'],
  ...['AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['AWS_LAMBDA_RUNTIME_API', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR'],
])

/** What acts on a process while it starts: a function's variables come to it afterwards, for these would undo its bounds. */
const withoutEffect = new Set([
  ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'AWS_LAMBDA_EXEC_WRAPPER'],
])
/** The one option of NODE_OPTIONS that is passed on. */
const sourceMaps = '--enable-source-maps'

export const wantsSourceMaps = (settings: Settings): boolean => settings.environment.NODE_OPTIONS?.trim() === sourceMaps

function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  const names = Object.keys(environment)
  const taken = names.filter(name => reserved.has(name))
  const refused =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'
  if (taken.length > 0)
    throw invalid(
      `${refused} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    )
  const bytes = Buffer.byteLength(JSON.stringify(environment))
  if (bytes > environmentBytesMax) throw invalid(`${refused} exceeded the 4KB limit. They take ${bytes} bytes as JSON.`)
  const idle = names.filter(name => withoutEffect.has(name))
  if (idle.length > 0)
    throw invalid(
      `Biwa does not support the environment variables ${idle.join(', ')}: they act on a process while it starts.`,
    )
  const options = environment.NODE_OPTIONS?.trim() ?? ''
  if (options !== '' && options !== sourceMaps)
    throw invalid(`Biwa supports no NODE_OPTIONS but ${sourceMaps}: leave out '${options}'.`)
}
