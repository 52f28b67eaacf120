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
  type Server,
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
const roundCount = Number(values.rounds)
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

interface Case {
  readonly name: string
  readonly unit: string
  readonly scale: number
  readonly wanted: { readonly bare?: number; readonly kinesalite?: number; readonly rate?: number }
  readonly request: Buffer
}
const cases: readonly Case[] = [
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
const biwa = await startBiwa(data, profiling)
await makeStream(biwa, 's', shards)
if (Number(values.held) > 0) await fill(biwa, 's', Number(values.held))

/** Rounds of both in turn, and what is typical of them. Only one other is there at a time: LevelDB goes on working after its round. */
async function compare(name: 'bare' | 'kinesalite', other: Server): Promise<void> {
  for (const { name: what, unit, scale, request, wanted } of cases) {
    const rounds: { readonly ours: Measured; readonly theirs: Measured }[] = []
    for (let round = 0; round <= roundCount; round++) {
      const pair = { ours: await load(biwa, request, options), theirs: await load(other, request, options) }
      if (round > 0) rounds.push(pair) // the first warms up
    }
    console.log(`${what}:`)
    for (const side of ['ours', 'theirs'] as const) {
      const typical = (figure: keyof Measured) => median(rounds.map(pair => pair[side][figure]))
      console.log(
        `  ${(side === 'ours' ? 'biwa' : name).padEnd(10)} ${(typical('rate') * scale).toFixed(0)} ${unit}, p99 ${typical('p99').toFixed(1)} ms, processor time a call ${typical('processor').toFixed(0)} us`,
      )
    }
    const ratio = median(rounds.map(({ ours, theirs }) => ours.rate / theirs.rate))
    const least = wanted[name]
    console.log(`  ratio to ${name}: ${least === undefined ? ratio.toFixed(2) : verdict(ratio, least)}`)
    if (wanted.rate !== undefined)
      console.log(`  calls/s: ${verdict(median(rounds.map(({ ours }) => ours.rate)), wanted.rate)}`)
  }
}

const bareNode = await start(['-e', bare])
await compare('bare', bareNode)
await stop(bareNode)
const kinesalite = await startKinesalite(directory)
if (kinesalite) {
  await makeStream(kinesalite, 's', shards)
  await compare('kinesalite', kinesalite)
  await stop(kinesalite)
}
await stop(biwa)
rmSync(directory, { recursive: true, force: true })
process.exit(0)
