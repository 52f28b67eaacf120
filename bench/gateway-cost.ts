/**
 * What HTTP/2, enforced signatures and CBOR cost PutRecords (500 of 120 bytes a call) and PutRecord, over 4 connections,
 * beside HTTP/1.1 with JSON in open mode. Rounds alternate; what counts is the median of each round's ratios. The
 * processor's time is the server's own, so that a noisy neighbour changes it least.
 *
 *     node bench/gateway-cost.ts [--seconds 2] [--rounds 7]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cbor } from '@smithy/core/cbor'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '7' } },
})
const milliseconds = Number(values.seconds) * 1000
const rounds = Number(values.rounds)
const connections = 4
const region = 'us-east-1'

/** A lake in a process of its own, which tells its address and its root key. */
const program = `
const { openLake } = await import(${JSON.stringify(join(import.meta.dirname, '../src/lake.ts'))})
const [directory, auth] = process.argv.slice(-2)
const lake = await openLake({ directory, auth })
const { port } = await lake.listen({ port: 0, host: '127.0.0.1' })
console.log(JSON.stringify({ port, ...(await lake.rootKey()) }))`

interface Server {
  readonly port: number
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly child: ChildProcess
}
async function start(auth: 'open' | 'enforced'): Promise<Server> {
  const words = ['--input-type=module', '-e', program, join(directory, auth), auth]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { ...(JSON.parse(line.toString()) as Omit<Server, 'child'>), child }
}

/** Milliseconds of processor time a process has used; the kernel counts in hundredths of a second. */
function processorTime({ child }: Server): number {
  const [user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * 10
}

type Headers = Readonly<Record<string, string>>

/** Made once for all calls, so that what is measured is the server; the service takes a signature as often as it comes. */
function signed(server: Server, headers: Headers, body: Buffer): Headers {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const all: Headers = { ...headers, host: `127.0.0.1:${server.port}`, 'x-amz-date': time }
  const names = Object.keys(all).sort()
  const hash = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')
  const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()
  const lines = names.map(name => `${name}:${all[name]}\n`).join('')
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${hash(body)}`
  const day = time.slice(0, 8)
  const scope = `${day}/${region}/kinesis/aws4_request`
  const key = ['kinesis', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${server.secretAccessKey}`, day), region))
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${server.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...all, authorization }
}

/** Sends one call at a time and resolves when the whole answer is there. */
interface Connection {
  send(): Promise<void>
  close(): void
}

function overHttp1(port: number, headers: Headers, body: Buffer): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = async () => {
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', agent, headers: { ...headers } })
    request.end(body)
    const [answer] = await once(request, 'response')
    answer.resume()
    await once(answer, 'end')
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`)
  }
  return { send, close: () => agent.destroy() }
}

function overHttp2(port: number, headers: Headers, body: Buffer): Connection {
  const session = connect(`http://127.0.0.1:${port}`)
  const { host, ...others } = headers
  const send = async () => {
    const request = session.request({ ':method': 'POST', ':path': '/', ...others })
    request.end(body)
    const [answer] = await once(request, 'response')
    request.resume()
    await once(request, 'end')
    if (answer[':status'] !== 200) throw new Error(`status ${answer[':status']}`)
  }
  return { send, close: () => session.destroy() }
}

interface Measured {
  readonly rate: number
  /** Microseconds of the server a call. */
  readonly processor: number
}
async function load(server: Server, open: () => Connection): Promise<Measured> {
  const before = processorTime(server)
  const began = performance.now()
  let calls = 0
  const work = Array.from({ length: connections }, async () => {
    const connection = open()
    for (; performance.now() < began + milliseconds; calls++) await connection.send()
    connection.close()
  })
  await Promise.all(work)
  const rate = (calls / (performance.now() - began)) * 1000
  return { rate, processor: ((processorTime(server) - before) / calls) * 1000 }
}

const record = (i: number) => ({ Data: Buffer.alloc(120, i % 256), PartitionKey: `sensor-${i}` })
const wire = (value: unknown) =>
  JSON.stringify(value, (_key, item) => (item?.type === 'Buffer' ? Buffer.from(item.data).toString('base64') : item))
const calls: Readonly<Record<string, object>> = {
  PutRecords: { StreamName: 's', Records: Array.from({ length: 500 }, (_, i) => record(i)) },
  PutRecord: { StreamName: 's', ...record(1) },
}

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
const open = await start('open')
const enforced = await start('enforced')
const headersOf = (operation: string, form: 'json' | 'cbor'): Headers => ({
  'content-type': `application/x-amz-${form}-1.1`,
  'x-amz-target': `Kinesis_20131202.${operation}`,
})
for (const server of [open, enforced]) {
  const body = Buffer.from('{"StreamName":"s","ShardCount":1}')
  const once = overHttp1(server.port, signed(server, headersOf('CreateStream', 'json'), body), body)
  await once.send()
  once.close()
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
for (const [operation, input] of Object.entries(calls)) {
  const json = Buffer.from(wire(input))
  const binary = Buffer.from(cbor.serialize(input))
  const plain = headersOf(operation, 'json')
  const proven = signed(enforced, plain, json)
  const ways: Readonly<Record<string, () => Promise<Measured>>> = {
    'HTTP/1.1, open': () => load(open, () => overHttp1(open.port, plain, json)),
    'HTTP/2, open': () => load(open, () => overHttp2(open.port, plain, json)),
    'HTTP/1.1, signatures enforced': () => load(enforced, () => overHttp1(enforced.port, proven, json)),
    'HTTP/1.1, open, CBOR': () => load(open, () => overHttp1(open.port, headersOf(operation, 'cbor'), binary)),
  }
  const measured: Record<string, Measured[]> = {}
  // The enforced server works for one way in four: it must not be the colder one.
  for (let round = 0; round < 4; round++) await ways['HTTP/1.1, signatures enforced']?.()
  for (let round = 0; round <= rounds; round++)
    for (const [way, run] of Object.entries(ways)) {
      const one = await run()
      if (round > 0) measured[way] = [...(measured[way] ?? []), one]
    }
  const base = measured['HTTP/1.1, open'] ?? []
  console.log(operation)
  for (const [way, all] of Object.entries(measured)) {
    const ratio = (of: (one: Measured) => number) =>
      median(all.map((one, round) => of(one) / of(base[round] as Measured))).toFixed(2)
    const [rate, processor] = [median(all.map(one => one.rate)), median(all.map(one => one.processor))]
    console.log(
      `  ${way.padEnd(30)} ${rate.toFixed(0).padStart(6)} calls/s (${ratio(one => one.rate)})  ${processor.toFixed(0).padStart(6)} us of the server a call (${ratio(one => one.processor)})`,
    )
  }
}
for (const { child } of [open, enforced]) {
  child.kill()
  await once(child, 'exit')
}
rmSync(directory, { recursive: true, force: true })
