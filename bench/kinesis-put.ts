/**
 * How many records a second PutRecords takes (500 of 120 bytes a call, 4 connections, fsynced before every answer), and
 * how many calls PutRecord, beside a bare Node server that parses the same requests and keeps nothing. Rounds alternate;
 * the ratio is that of each pair's rates, its median counts. With `--profile` the server writes a CPU profile beside it.
 *
 *     node bench/kinesis-put.ts [--seconds 4] [--rounds 5] [--shards 1]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    shards: { type: 'string', default: '1' },
    profile: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const connections = 4
const shards = Number(values.shards)

const bare = `
const http = require('node:http')
const answer = JSON.stringify({ FailedRecordCount: 0, Records: [] })
const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const input = JSON.parse(Buffer.concat(chunks).toString())
    for (const record of input.Records ?? [input]) Buffer.from(record.Data, 'base64')
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(answer)
  })
})
server.listen(0, '127.0.0.1', () => console.log('127.0.0.1:' + server.address().port))`

interface Server {
  readonly port: number
  readonly child: ChildProcess
}

async function start(words: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      const found = /127\.0\.0\.1:(\d+)/.exec(text)
      if (found) resolve(Number(found[1]))
    })
    child.on('exit', code => reject(new Error(`the server ended with ${code}`)))
  })
  return { port, child }
}

const stop = ({ child }: Server) =>
  new Promise<void>(resolve => {
    child.on('exit', () => resolve())
    child.kill()
  })

/** The bytes of a request, made once: what is measured is the server. */
function requestBytes(operation: string, input: object): Buffer {
  const body = JSON.stringify(input)
  const head = [
    'POST / HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/x-amz-json-1.1',
    `x-amz-target: Kinesis_20131202.${operation}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Sends, and resolves when the whole answer is there. */
class Connection {
  readonly #socket: Socket
  #answered: ((text: string) => void) | undefined
  #received = ''

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setNoDelay(true)
    this.#socket.on('data', chunk => this.#take(chunk.toString('latin1')))
  }

  send(request: Buffer): Promise<string> {
    return new Promise(resolve => {
      this.#answered = resolve
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#received += text
    const head = this.#received.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: (\d+)/i.exec(this.#received.slice(0, head))?.[1])
    if (this.#received.length < head + 4 + length) return
    const answer = this.#received
    this.#received = ''
    this.#answered?.(answer)
  }
}

/** Milliseconds of processor time a process has used; the kernel counts in hundredths of a second. */
function processorTime({ child }: Server): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

interface Measured {
  /** Calls a second. */
  readonly rate: number
  /** Milliseconds that 99 of 100 calls took at most. */
  readonly p99: number
  /** Microseconds of the server's processor time a call: comparable also where the disk or a neighbour is slow. */
  readonly processor: number
}

async function load(server: Server, request: Buffer): Promise<Measured> {
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

const record = (i: number) => ({ Data: Buffer.alloc(120, i % 256).toString('base64'), PartitionKey: `sensor-${i}` })
const cases = [
  {
    name: 'PutRecords 500 x 120 B',
    unit: 'thousand records/s',
    scale: 500 / 1000,
    request: requestBytes('PutRecords', { StreamName: 's', Records: Array.from({ length: 500 }, (_, i) => record(i)) }),
  },
  {
    name: 'PutRecord 120 B',
    unit: 'calls/s',
    scale: 1,
    request: requestBytes('PutRecord', { StreamName: 's', ...record(1) }),
  },
]

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
const profiling = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${directory}-profile`] : []
const biwa = await start([...profiling, 'bin/biwa.js', 'up', '--port', '0', '--data', directory])
const node = await start(['-e', bare])
await new Connection(biwa.port).send(requestBytes('CreateStream', { StreamName: 's', ShardCount: shards }))
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
for (const { name, unit, scale, request } of cases) {
  const pairs: { readonly ours: Measured; readonly theirs: Measured }[] = []
  for (let round = 0; round <= rounds; round++) {
    const pair = { ours: await load(biwa, request), theirs: await load(node, request) }
    if (round > 0) pairs.push(pair)
  }
  const typical = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of))
  const rate = typical(({ ours }) => ours.rate * scale).toFixed(0)
  const bareRate = typical(({ theirs }) => theirs.rate * scale).toFixed(0)
  const ratio = typical(({ ours, theirs }) => ours.rate / theirs.rate).toFixed(2)
  const processor = typical(({ ours }) => ours.processor).toFixed(0)
  const bareProcessor = typical(({ theirs }) => theirs.processor).toFixed(0)
  console.log(
    `${name}: ${rate} ${unit}, p99 ${typical(({ ours }) => ours.p99).toFixed(1)} ms; bare Node ${bareRate}; ratio ${ratio}`,
  )
  console.log(`  processor time a call: ${processor} us; bare Node ${bareProcessor} us`)
}
await Promise.all([stop(biwa), stop(node)])
rmSync(directory, { recursive: true, force: true })
process.exit(0)
