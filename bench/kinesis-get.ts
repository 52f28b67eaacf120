/**
 * How many records a second GetRecords gives (120 bytes each, 1000 a call, and 10,000), on four connections that read a stream
 * from its beginning over and over, beside kinesalite with the same records. Rounds alternate; the ratio is that of one
 * round's rates, its median counts.
 *
 *     node bench/kinesis-get.ts [--seconds 4] [--rounds 5] [--records 200000]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  Connection,
  fill,
  makeStream,
  median,
  processorTime,
  requestBytes,
  type Server,
  startBiwa,
  startKinesalite,
  stop,
  verdict,
} from './kinesis-load.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    records: { type: 'string', default: '200000' },
  },
})
const wanted = 10
const nextMember = '"NextShardIterator":"'

/** Records a second, and the server's microseconds of processor time a record. */
async function readThrough(server: Server, limit: number) {
  const began = performance.now()
  const processorBefore = processorTime(server)
  const until = began + Number(values.seconds) * 1000
  let records = 0
  const work = Array.from({ length: 4 }, async () => {
    const connection = new Connection(server.port)
    const beginning = await connection.ask<{ ShardIterator: string }>('GetShardIterator', {
      StreamName: 's',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    })
    let iterator = beginning.ShardIterator
    while (performance.now() < until) {
      const answer = await connection.send(requestBytes('GetRecords', { ShardIterator: iterator, Limit: limit }))
      if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer.slice(0, 500))
      // Not parsed: that would measure the client.
      const count = answer.split('"PartitionKey"').length - 1
      records += count
      const start = answer.indexOf(nextMember) + nextMember.length
      const ended = count < limit || start < nextMember.length
      iterator = ended ? beginning.ShardIterator : answer.slice(start, answer.indexOf('"', start))
    }
    connection.close()
  })
  await Promise.all(work)
  const rate = (records / (performance.now() - began)) * 1000
  return { rate, processor: ((processorTime(server) - processorBefore) / records) * 1000 }
}

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
const biwa = await startBiwa(join(directory, 'lake'))
const kinesalite = await startKinesalite(directory)
const servers = { biwa, ...(kinesalite && { kinesalite }) }
for (const server of Object.values(servers)) {
  await makeStream(server, 's', 1)
  await fill(server, 's', Number(values.records))
}
for (const limit of [1000, 10_000]) {
  const measured: Record<string, { rate: number; processor: number }>[] = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    const each: Record<string, { rate: number; processor: number }> = {}
    for (const [name, server] of Object.entries(servers)) each[name] = await readThrough(server, limit)
    if (round > 0) measured.push(each) // the first warms up
  }
  console.log(`GetRecords, ${limit} x 120 B:`)
  for (const name of Object.keys(servers)) {
    const rate = median(measured.map(each => each[name]?.rate ?? 0)) / 1000
    const processor = median(measured.map(each => each[name]?.processor ?? 0))
    console.log(
      `  ${name.padEnd(10)} ${rate.toFixed(0)} thousand records/s, processor time a record ${processor.toFixed(2)} us`,
    )
  }
  if (!kinesalite) continue
  const ratio = median(measured.map(each => (each.biwa?.rate ?? 0) / (each.kinesalite?.rate ?? 0)))
  console.log(`  ratio to kinesalite: ${verdict(ratio, wanted)}`)
}
await Promise.all(Object.values(servers).map(stop))
rmSync(directory, { recursive: true, force: true })
process.exit(0)
