/** A lake of one test's own on a temporary directory, listening on a free port, gone when the test ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Lake } from '../../src/in-process/lake.ts'
import type { LakeOptions } from '../../src/in-process/options.ts'
import { openLake } from '../../src/lake.ts'
import type { Log } from '../../src/world/log.ts'

export interface TestLake {
  readonly lake: Lake
  readonly url: string
  readonly directory: string
  /** What the lake reported as its own failures; most tests want it empty. */
  readonly failures: readonly string[]
}

export const region = 'ap-northeast-1'
export const account = '000000000000'

/** For a whole file: call it in `before`, and `close` in `after`. */
export async function startLake(options: Partial<LakeOptions> = {}): Promise<TestLake & { close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-test-'))
  const failures: string[] = []
  const log: Log = { info() {}, warn() {}, error: (text, cause) => void failures.push(`${text}: ${cause}`) }
  const lake = await openLake({ directory, region, log, ...options })
  const server = await lake.listen({ port: 0, host: '127.0.0.1' })
  const close = async () => {
    await lake.close()
    await rm(directory, { recursive: true, force: true })
  }
  return { lake, url: server.url, directory, failures, close }
}

/** For one test. */
export async function lakeFor(context: TestContext, options: Partial<LakeOptions> = {}): Promise<TestLake> {
  const started = await startLake(options)
  context.after(() => started.close())
  return started
}

/** Settings of the AWS SDK's clients. */
export const client = (url: string, credentials = { accessKeyId: 'test', secretAccessKey: 'test' }) => ({
  endpoint: url,
  region,
  credentials,
})
