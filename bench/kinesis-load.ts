/**
 * What the benchmarks of Kinesis share: servers in processes of their own, and a client of as little work as requests can be
 * made and answers be counted with, so that what is measured is the server.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Server {
  readonly port: number
  readonly child: ChildProcess
}

/** Resolves when the server says its port. */
export async function start(words: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      const found = /https?:\/\/\S*:(\d+)/.exec(text)
      if (found) resolve(Number(found[1]))
    })
    child.on('exit', code => reject(new Error(`the server ended with ${code}`)))
  })
  return { port, child }
}

export const stop = ({ child }: Server) =>
  new Promise<void>(resolve => {
    child.on('exit', () => resolve())
    child.kill()
  })

export const startBiwa = (directory: string, nodeOptions: readonly string[] = [], options: readonly string[] = []) =>
  start([...nodeOptions, 'bin/biwa.js', 'up', '--port', '0', '--data', directory, ...options])

/** The fastest local Kinesis there was, on LevelDB, which does not sync. Undefined, and said, where npm cannot have it. */
export async function startKinesalite(directory: string): Promise<Server | undefined> {
  const prefix = join(tmpdir(), 'biwa-bench-kinesalite')
  const cli = join(prefix, 'node_modules', 'kinesalite', 'cli.js')
  try {
    if (!existsSync(cli))
      execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', prefix, 'kinesalite@3.3.3'], {
        stdio: 'ignore',
      })
    return await start([cli, '--port', '0', '--path', mkdtempSync(join(directory, 'leveldb-'))])
  } catch (cause) {
    console.log(`kinesalite is left out, npm could not have it: ${(cause as Error).message}`)
    return undefined
  }
}

/** The bytes of a request, made once. Kinesalite wants a signature to be there, and looks no closer. */
export function requestBytes(operation: string, input: object): Buffer {
  const body = JSON.stringify(input)
  const head = [
    'POST / HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/x-amz-json-1.1',
    `x-amz-target: Kinesis_20131202.${operation}`,
    'x-amz-date: 20251015T123000Z',
    `authorization: AWS4-HMAC-SHA256 Credential=bench/20251015/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Sends, and resolves when the whole answer is there. */
export class Connection {
  readonly #socket: Socket
  #answered: ((text: string) => void) | undefined
  #failed: ((cause: Error) => void) | undefined
  #chunks: string[] = []
  #missing = Number.POSITIVE_INFINITY

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setNoDelay(true)
    this.#socket.on('data', chunk => this.#take(chunk.toString('latin1')))
    this.#socket.on('error', cause => this.#failed?.(cause))
    this.#socket.on('close', () => this.#failed?.(new Error('the server closed the connection')))
  }

  send(request: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      this.#socket.write(request)
    })
  }

  /** The answer's output; throws when it is none of success. */
  async ask<Output>(operation: string, input: object): Promise<Output> {
    const answer = await this.send(requestBytes(operation, input))
    if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`${operation}: ${answer.slice(0, 1000)}`)
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
    return (body === '' ? {} : JSON.parse(body)) as Output
  }

  close(): void {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#chunks.push(text)
    if (this.#missing === Number.POSITIVE_INFINITY) {
      const received = this.#chunks.join('')
      this.#chunks = [received]
      const head = received.indexOf('\r\n\r\n')
      if (head < 0) return
      this.#missing = head + 4 + Number(/content-length: (\d+)/i.exec(received.slice(0, head))?.[1]) - received.length
    } else this.#missing -= text.length
    if (this.#missing > 0) return
    const answer = this.#chunks.join('')
    this.#chunks = []
    this.#missing = Number.POSITIVE_INFINITY
    this.#answered?.(answer)
  }
}

/** Milliseconds of processor time a process has used; the kernel counts in hundredths of a second. */
export function processorTime({ child }: Server): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Megabytes of a process in memory. */
export const residentMb = ({ child }: Server): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1000

export interface Measured {
  /** Calls a second. */
  readonly rate: number
  /** Milliseconds that 99 of 100 calls took at most. */
  readonly p99: number
  /** Microseconds of the server's processor time a call: comparable also where the disk or a neighbour is slow. */
  readonly processor: number
}

/** The same request over and over on some connections. */
export async function load(
  server: Server,
  request: Buffer,
  { seconds, connections }: { readonly seconds: number; readonly connections: number },
): Promise<Measured> {
  const processorBefore = processorTime(server)
  const began = performance.now()
  const until = began + seconds * 1000
  const took: number[] = []
  const work = Array.from({ length: connections }, async () => {
    const connection = new Connection(server.port)
    for (let now = performance.now(); now < until; now = performance.now()) {
      const answer = await connection.send(request)
      if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer.slice(0, 500))
      took.push(performance.now() - now)
    }
    connection.close()
  })
  await Promise.all(work)
  took.sort((one, other) => one - other)
  const rate = (took.length / (performance.now() - began)) * 1000
  const processor = ((processorTime(server) - processorBefore) / took.length) * 1000
  return { rate, p99: took[Math.floor(took.length * 0.99)] ?? 0, processor }
}

export const record = (i: number, bytes = 120) => ({
  Data: Buffer.alloc(bytes, i % 256).toString('base64'),
  PartitionKey: `sensor-${i}`,
})
export const batch = (stream: string, count = 500) => ({
  StreamName: stream,
  Records: Array.from({ length: count }, (_, i) => record(i)),
})

/** Makes a stream and waits until it takes records, which kinesalite does after a while. */
export async function makeStream(server: Server, name: string, shards: number): Promise<void> {
  const connection = new Connection(server.port)
  await connection.ask('CreateStream', { StreamName: name, ShardCount: shards })
  for (;;) {
    const { StreamDescription } = await connection.ask<{ StreamDescription: { StreamStatus: string } }>(
      'DescribeStream',
      { StreamName: name },
    )
    if (StreamDescription.StreamStatus === 'ACTIVE') break
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  connection.close()
}

/** Puts so many records into it, on four connections. */
export async function fill(server: Server, stream: string, records: number): Promise<void> {
  const request = requestBytes('PutRecords', batch(stream))
  let left = Math.ceil(records / 500)
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const connection = new Connection(server.port)
      while (left-- > 0) {
        const answer = await connection.send(request)
        if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer.slice(0, 500))
      }
      connection.close()
    }),
  )
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

export const verdict = (figure: number, wanted: number): string =>
  `${figure.toFixed(2)} (wanted ${wanted}: ${figure >= wanted ? 'holds' : 'MISSED'})`
