/**
 * How many records a second PutRecords takes (500 of 120 bytes a call, 4 connections, fsynced before every answer), and
 * how many calls PutRecord, beside a bare Node server that parses the same requests and keeps nothing, and beside
 * kinesalite. Rounds alternate; a ratio is that of one round's rates, its median counts. `--held` puts so many records into
 * the stream beforehand. With `--profile` the server writes a CPU profile beside its data.
 *
 *     node bench/kinesis-put.ts [--seconds 4] [--rounds 5] [--shards 1] [--held 10000000] [--profile]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  batch,
  fill,
  load,
  type Measured,
  makeStream,
  median,
  record,
  requestBytes,
  start,
  startBiwa,
  startKinesalite,
  stop,
  verdict,
} from './kinesis-load.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    shards: { type: 'string', default: '1' },
    held: { type: 'string', default: '0' },
    profile: { type: 'boolean', default: false },
  },
})
const options = { seconds: Number(values.seconds), connections: 4 }
const rounds = Number(values.rounds)
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
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`

const cases = [
  {
    name: 'PutRecords 500 x 120 B',
    unit: 'thousand records/s',
    scale: 500 / 1000,
    wanted: { bare: 0.5, kinesalite: 10 },
    request: requestBytes('PutRecords', batch('s')),
  },
  {
    name: 'PutRecord 120 B',
    unit: 'calls/s',
    scale: 1,
    wanted: { rate: 5000 },
    request: requestBytes('PutRecord', { StreamName: 's', ...record(1) }),
  },
]

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
const data = join(directory, 'lake')
const profiling = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${directory}-profile`] : []
const kinesalite = await startKinesalite(directory)
const servers = {
  biwa: await startBiwa(data, profiling),
  bare: await start(['-e', bare]),
  ...(kinesalite && { kinesalite }),
}
type Name = keyof typeof servers
const names = Object.keys(servers) as Name[]
await makeStream(servers.biwa, 's', shards)
if (kinesalite) await makeStream(kinesalite, 's', shards)
if (Number(values.held) > 0) await fill(servers.biwa, 's', Number(values.held))

for (const { name, unit, scale, request, wanted } of cases) {
  const measured: Map<string, Measured>[] = []
  for (let round = 0; round <= rounds; round++) {
    const each = new Map<string, Measured>()
    for (const server of names)
      each.set(server, await load(servers[server] as (typeof servers)['biwa'], request, options))
    if (round > 0) measured.push(each) // the first warms up
  }
  const typical = (server: string, figure: 'rate' | 'p99' | 'processor') =>
    median(measured.map(each => each.get(server)?.[figure] ?? 0))
  console.log(`${name}:`)
  for (const server of names)
    console.log(
      `  ${server.padEnd(10)} ${(typical(server, 'rate') * scale).toFixed(0)} ${unit}, p99 ${typical(server, 'p99').toFixed(1)} ms, processor time a call ${typical(server, 'processor').toFixed(0)} us`,
    )
  for (const other of names.slice(1)) {
    const ratio = median(measured.map(each => (each.get('biwa')?.rate ?? 0) / (each.get(other)?.rate ?? 0)))
    const least = (wanted as Record<string, number | undefined>)[other]
    console.log(`  ratio to ${other}: ${least === undefined ? ratio.toFixed(2) : verdict(ratio, least)}`)
  }
  if ('rate' in wanted) console.log(`  calls/s: ${verdict(typical('biwa', 'rate'), wanted.rate ?? 0)}`)
}
await Promise.all(Object.values(servers).map(stop))
rmSync(directory, { recursive: true, force: true })
process.exit(0)
