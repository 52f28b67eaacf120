/**
 * The AWS CLI and boto3 as processes that are forked from one which has loaded them (`forks/server.py`); undefined where
 * Python has neither, as where the CLI is a program by itself.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Forks {
  readonly aws: boolean
  readonly boto3: boolean
  /** What runs `aws …` or `python '…'`, followed by these words, with `environment` beside its own. */
  readonly command: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
}

async function start(): Promise<Forks | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'biwa-forks-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const socket = join(folder, 'socket')
  const own = join(import.meta.dirname, 'forks')
  // It ends when its input does, which is when this process ends, however that ends.
  const server = spawn('python3', [join(own, 'server.py'), socket], { stdio: ['pipe', 'pipe', 'ignore'] })
  server.on('error', () => {}) // no Python: nothing is said either
  let said = ''
  for await (const chunk of server.stdout) {
    said += chunk
    if (!said.endsWith('\n')) continue
    const { python, aws, boto3 } = JSON.parse(said) as { python: string; aws: boolean; boto3: boolean }
    server.unref()
    ;(server.stdin as unknown as { unref(): void }).unref()
    return {
      ...{ aws, boto3 },
      command: [python, '-I', '-S', join(own, 'command.py')],
      environment: { BIWA_FORKS: socket },
    }
  }
  return undefined
}

export const forks = await start()
