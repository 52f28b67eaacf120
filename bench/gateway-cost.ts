/**
 * What HTTP/2, enforced signatures and CBOR cost PutRecords (500 of 120 bytes a call) and PutRecord, 4 calls at once,
 * beside HTTP/1.1 with JSON in open mode. Each way has a server of its own, so that none is warmer than another (a
 * second server in open mode, the control, says how far the figures can be trusted); short rounds alternate. Rates: the
 * median of each round's ratio. The processor's time is the servers' own, over all rounds.
 *
 *     node bench/gateway-cost.ts [--seconds 0.5] [--rounds 20]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cbor } from '@smithy/core/cbor'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '0.5' }, rounds: { type: 'string', default: '20' } },
})
const milliseconds = Number(values.seconds) * 1000
const rounds = Number(values.rounds)
const callsAtOnce = 4
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
  const words = ['--input-type=module', '-e', program, mkdtempSync(join(directory, 'lake-')), auth]
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

const sessions = new Map<number, ClientHttp2Session>()
/** All calls share a connection, as the AWS SDKs have it. */
function overHttp2(port: number, headers: Headers, body: Buffer): Connection {
  const session = sessions.get(port) ?? connect(`http://127.0.0.1:${port}`)
  sessions.set(port, session)
  const { host, ...others } = headers
  const send = async () => {
    const request = session.request({ ':method': 'POST', ':path': '/', ...others })
    request.end(body)
    const [answer] = await once(request, 'response')
    request.resume()
    await once(request, 'end')
    if (answer[':status'] !== 200) throw new Error(`status ${answer[':status']}`)
  }
  return { send, close() {} }
}

interface Measured {
  readonly calls: number
  readonly milliseconds: number
  /** Milliseconds of the server. */
  readonly processor: number
}
async function load(server: Server, open: () => Connection): Promise<Measured> {
  const before = processorTime(server)
  const began = performance.now()
  let calls = 0
  const work = Array.from({ length: callsAtOnce }, async () => {
    const connection = open()
    for (; performance.now() < began + milliseconds; calls++) await connection.send()
    connection.close()
  })
  await Promise.all(work)
  return { calls, milliseconds: performance.now() - began, processor: processorTime(server) - before }
}

const record = (i: number) => ({ Data: Buffer.alloc(120, i % 256), PartitionKey: `sensor-${i}` })
const wire = (value: unknown) =>
  JSON.stringify(value, (_key, item) => (item?.type === 'Buffer' ? Buffer.from(item.data).toString('base64') : item))
const calls: Readonly<Record<string, object>> = {
  PutRecords: { StreamName: 's', Records: Array.from({ length: 500 }, (_, i) => record(i)) },
  PutRecord: { StreamName: 's', ...record(1) },
}

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
const headersOf = (operation: string, form: 'json' | 'cbor'): Headers => ({
  'content-type': `application/x-amz-${form}-1.1`,
  'x-amz-target': `Kinesis_20131202.${operation}`,
})
interface Way {
  readonly auth: 'open' | 'enforced'
  readonly form: 'json' | 'cbor'
  readonly over: (port: number, headers: Headers, body: Buffer) => Connection
}
const base: Way = { auth: 'open', form: 'json', over: overHttp1 }
const ways: Readonly<Record<string, Way>> = {
  'HTTP/1.1, open': base,
  'the same again (control)': base,
  'HTTP/2, open': { ...base, over: overHttp2 },
  'HTTP/1.1, signatures enforced': { ...base, auth: 'enforced' },
  'HTTP/2, signatures enforced': { ...base, auth: 'enforced', over: overHttp2 },
  'HTTP/1.1, open, CBOR': { ...base, form: 'cbor' },
}
const runners = []
for (const [name, way] of Object.entries(ways)) {
  const server = await start(way.auth)
  const body = Buffer.from('{"StreamName":"s","ShardCount":1}')
  const first = overHttp1(server.port, signed(server, headersOf('CreateStream', 'json'), body), body)
  await first.send()
  first.close()
  runners.push({ name, way, server })
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const rateOf = ({ calls, milliseconds }: Measured) => (calls / milliseconds) * 1000
for (const [operation, input] of Object.entries(calls)) {
  const bodies = { json: Buffer.from(wire(input)), cbor: Buffer.from(cbor.serialize(input)) }
  const measured: Measured[][] = runners.map(() => [])
  for (let round = -3; round < rounds; round++)
    for (const [i, { way, server }] of runners.entries()) {
      const body = bodies[way.form]
      const plain = headersOf(operation, way.form)
      const headers = way.auth === 'open' ? plain : signed(server, plain, body)
      const one = await load(server, () => way.over(server.port, headers, body))
      if (round >= 0) measured[i]?.push(one)
    }
  const [first = []] = measured
  const processorOf = (all: readonly Measured[]) =>
    (sum(all.map(one => one.processor)) / sum(all.map(one => one.calls))) * 1000
  console.log(operation)
  for (const [i, { name }] of runners.entries()) {
    const all = measured[i] ?? []
    const rate = median(all.map(rateOf)).toFixed(0)
    const rateRatio = median(all.map((one, round) => rateOf(one) / rateOf(first[round] as Measured))).toFixed(2)
    const processor = processorOf(all)
    const processorRatio = (processor / processorOf(first)).toFixed(2)
    console.log(
      `  ${name.padEnd(30)} ${rate.padStart(6)} calls/s (${rateRatio})  ${processor.toFixed(0).padStart(6)} us of the server a call (${processorRatio})`,
    )
  }
}
for (const session of sessions.values()) session.destroy()
for (const { server } of runners) {
  server.child.kill()
  await once(server.child, 'exit')
}
rmSync(directory, { recursive: true, force: true })
