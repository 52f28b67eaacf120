/** `biwa up` as a process of its own, to be killed and started again on the same data. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Server {
  readonly url: string
  readonly process: ChildProcess
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>
  readonly errors: () => string
}

const entry = join(import.meta.dirname, '../../bin/biwa.js')

export async function startServer(directory: string, words: readonly string[] = []): Promise<Server> {
  const child = spawn(
    process.execPath,
    [entry, 'up', '--port', '0', '--data', directory, '--region', 'ap-northeast-1', ...words],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let errors = ''
  child.stderr.on('data', chunk => {
    errors += chunk
  })
  const ended = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout.on('data', chunk => {
      out += chunk
      const ready = /biwa ready on (\S+)/.exec(out)
      if (ready?.[1]) resolve(ready[1])
    })
    ended.then(([code]) => reject(new Error(`biwa up ended with ${code} before it was ready: ${errors}`)))
  })
  return {
    url,
    process: child,
    errors: () => errors,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await ended
      return code as number | null
    },
  }
}
