/**
 * Objects put and got beside s3rver (npm), which keeps each as files and does not fsync: 1 KiB over sixteen connections,
 * 64 MiB over one. Each server in a process of its own, in turns on the same machine; medians of five rounds.
 *
 *     node bench/s3-vs-s3rver.ts
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const rounds = 5
const connections = 16
const smallMilliseconds = 1500
const smallBytes = 1024
/** Objects a connection reads in turn. */
const kept = 20
const largeBytes = 64 * 1024 * 1024
const largeCount = 3
const bucket = 'bench'
const servers = ['biwa', 's3rver'] as const

async function serve(name: string, directory: string): Promise<void> {
  if (name === 'biwa') {
    const { openLake } = await import('../src/lake.ts')
    const lake = await openLake({ directory })
    const { port } = await lake.listen({ port: 0, host: '127.0.0.1' })
    console.log(`port ${port}`)
    return
  }
  const S3rver = createRequire(import.meta.url)('s3rver') as new (
    options: object,
  ) => { run(): Promise<{ readonly port: number }> }
  const { port } = await new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory }).run()
  console.log(`port ${port}`)
}

/** One HTTP/1.1 connection, as little of a client as answers can be counted with. */
class Connection {
  readonly #socket: net.Socket
  #head = ''
  #left = -1
  #status = 0
  #done: ((status: number) => void) | undefined
  #failed: ((cause: Error) => void) | undefined

  constructor(port: number) {
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (data: Buffer) => this.#take(data))
    this.#socket.on('error', cause => this.#failed?.(cause))
    this.#socket.on('close', () => this.#failed?.(new Error('the server closed the connection')))
  }

  send(method: string, path: string, body?: Uint8Array): Promise<number> {
    const length = body === undefined ? '' : `content-length: ${body.byteLength}\r\n`
    const head = `${method} /${bucket}${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${length}\r\n`
    return new Promise((resolve, reject) => {
      this.#done = resolve
      this.#failed = reject
      if (body !== undefined && body.byteLength <= smallBytes)
        this.#socket.write(Buffer.concat([Buffer.from(head), body]))
      else {
        this.#socket.write(head)
        if (body !== undefined) this.#socket.write(body)
      }
    })
  }

  close(): void {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #take(data: Buffer): void {
    let rest = data
    if (this.#left < 0) {
      this.#head += rest.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      this.#status = Number(this.#head.slice(9, 12))
      this.#left = Number(/content-length: *(\d+)/i.exec(this.#head)?.[1] ?? 0)
      rest = rest.subarray(rest.byteLength - (this.#head.length - end - 4))
      this.#head = ''
    }
    this.#left -= rest.byteLength
    if (this.#left > 0) return
    this.#left = -1
    this.#done?.(this.#status)
  }
}

type Question = 'put 1 KiB' | 'get 1 KiB' | 'put 64 MiB' | 'get 64 MiB'

async function start(name: string, directory: string) {
  const child = spawn(process.execPath, [import.meta.filename, name, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>(resolve => {
    child.stdout.on('data', chunk => resolve(Number(/port (\d+)/.exec(String(chunk))?.[1])))
  })
  const small = Array.from({ length: connections }, () => new Connection(port))
  const [large] = small as [Connection]
  await large.send('PUT', '')
  await Promise.all(
    small.map(async (connection, lane) => {
      for (let one = 0; one < kept; one++)
        await connection.send('PUT', `/kept/${lane}/${one}`, Buffer.alloc(smallBytes))
    }),
  )
  const stop = () => {
    for (const connection of small) connection.close()
    child.kill()
  }
  return { small, large, stop }
}

/** Operations a second, or MB a second. */
async function ask(server: Awaited<ReturnType<typeof start>>, question: Question): Promise<number> {
  const [method, , unit] = question.toUpperCase().split(' ') as [string, string, string]
  const expect = (status: number) => {
    if (status !== 200) throw new Error(`${question} was answered ${status}`)
  }
  if (unit === 'KIB') {
    const until = performance.now() + smallMilliseconds
    let count = 0
    const began = performance.now()
    await Promise.all(
      server.small.map(async (connection, lane) => {
        for (let turn = 0; performance.now() < until; turn++) {
          const path = method === 'GET' ? `/kept/${lane}/${turn % kept}` : `/small/${lane}/${turn}`
          expect(await connection.send(method, path, method === 'PUT' ? Buffer.alloc(smallBytes, turn) : undefined))
          count++
        }
      }),
    )
    return (count / (performance.now() - began)) * 1000
  }
  const body = method === 'PUT' ? Buffer.alloc(largeBytes, 7) : undefined
  const began = performance.now()
  for (let turn = 0; turn < largeCount; turn++) expect(await server.large.send(method, `/large/${turn}`, body))
  return (largeCount * largeBytes) / 1e3 / (performance.now() - began)
}

async function compare(): Promise<void> {
  const questions: readonly Question[] = ['put 1 KiB', 'get 1 KiB', 'put 64 MiB', 'get 64 MiB']
  const results = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? servers : servers.toReversed()) {
      const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
      const server = await start(name, directory)
      for (const question of questions) {
        const rate = await ask(server, question)
        // The first round warms the machine up.
        if (round > 0) results.set(`${name} ${question}`, [...(results.get(`${name} ${question}`) ?? []), rate])
      }
      server.stop()
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  const wanted: Readonly<Record<Question, number>> = {
    'put 1 KiB': 1.5,
    'get 1 KiB': 3,
    'put 64 MiB': 1,
    'get 64 MiB': 1,
  }
  for (const question of questions) {
    const [biwa, other] = servers.map(name => median(results.get(`${name} ${question}`) ?? [])) as [number, number]
    const unit = question.endsWith('KiB') ? 'a second' : 'MB/s'
    const ratio = biwa / other
    const verdict = ratio >= wanted[question] ? 'holds' : 'MISSED'
    console.log(
      `${question}: biwa ${biwa.toFixed(0)} ${unit}, s3rver ${other.toFixed(0)} ${unit}, ratio ${ratio.toFixed(2)} (wanted ${wanted[question]}: ${verdict})`,
    )
  }
}

function median(rates: readonly number[]): number {
  return rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0
}

const [role, directory] = process.argv.slice(2)
if (role === undefined) await compare()
else await serve(role, directory ?? '')
