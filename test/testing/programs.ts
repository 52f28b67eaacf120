/** The programs that people use against AWS, as they are; tests skip by name where one is absent. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { forks } from './forks.ts'
import { account, region } from './lake.ts'
import { works } from './works.ts'

const execute = promisify(execFile)

/** Pass as a test's `skip`: false where the program is there, otherwise why not. */
export const withoutAwsCli = forks?.aws || (await works('aws', ['--version'])) ? false : 'the AWS CLI is not installed'
export const withoutBoto3 = forks?.boto3 ? false : 'boto3 is not installed'

const awsCli = forks?.aws ? [...forks.command, 'aws'] : ['aws']
const boto3 = [...(forks?.command ?? []), 'python']

const environment = (url: string, key: { readonly accessKey: string; readonly secret: string }) => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  AWS_ENDPOINT_URL: url,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: key.accessKey,
  AWS_SECRET_ACCESS_KEY: key.secret,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
})
const anyKey = { accessKey: account, secret: 'test' }

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** `aws` with these words; its exit code is the caller's to look at. */
export const aws = (url: string, words: readonly string[], key = anyKey): Promise<Ended> => run(awsCli, words, url, key)
/** `aws` with these words, which must succeed; its JSON. */
export async function awsJson<T>(url: string, words: readonly string[], key = anyKey): Promise<T> {
  const { code, out, err } = await aws(url, words, key)
  if (code !== 0) throw new Error(`aws ${words.join(' ')} ended with ${code}: ${err}`)
  return (out.trim() === '' ? {} : JSON.parse(out)) as T
}
/** A Python program with boto3; prints what the test reads. */
export async function python(url: string, program: string, key = anyKey): Promise<string> {
  const { code, out, err } = await run(boto3, [program], url, key)
  if (code !== 0) throw new Error(`python ended with ${code}: ${err}`)
  return out
}

async function run(
  [command = '', ...first]: readonly string[],
  words: readonly string[],
  url: string,
  key: typeof anyKey,
): Promise<Ended> {
  try {
    const { stdout, stderr } = await execute(command, [...first, ...words], {
      env: { ...environment(url, key), ...forks?.environment },
      maxBuffer: 64 * 1024 * 1024,
    })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string }
    return { code: typeof code === 'number' ? code : 1, out: stdout ?? '', err: stderr ?? String(error) }
  }
}
