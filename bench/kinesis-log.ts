/**
 * What a stream's log of many records costs to open and to read: how long opening takes after a close and after a crash (the
 * newest segment's last eighth is then walked), how long a read anywhere, and how much memory. The records are written through
 * durable/ itself; 120 bytes each.
 *
 *     node bench/kinesis-log.ts [--records 100000000] [--directory /tmp]
 */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SegmentLog } from '../src/durable/segment-log.ts'
import { RealDisk } from '../src/world/disk.ts'

const { values } = parseArgs({
  options: { records: { type: 'string', default: '10000000' }, directory: { type: 'string', default: tmpdir() } },
})
const recordBytes = 120
const perAppend = 50_000
const wanted = Number(values.records)
const room = statfsSync(values.directory)
const fitting = Math.floor((room.bavail * room.bsize * 0.5) / (recordBytes + 10))
const records = Math.min(wanted, fitting)
if (records < wanted) console.log(`half of the disk's room takes ${records} records, not ${wanted}`)

const parent = mkdtempSync(join(values.directory, 'biwa-bench-'))
const directory = join(parent, 'log')
const disk = new RealDisk()
const megabytes = () => (process.memoryUsage.rss() / 1e6).toFixed(0)
const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const began = performance.now()
  return [await work(), performance.now() - began]
}

const filling = await SegmentLog.open(disk, directory)
const payload = Buffer.alloc(recordBytes, 7)
const payloads: readonly Uint8Array[] = new Array(perAppend).fill(payload)
const [, filled] = await timed(async () => {
  for (let index = 0; index < records; index += perAppend)
    await filling.append(payloads.slice(0, records - index), index)
})
console.log(
  `${records} records in ${(filling.bytes / 1e9).toFixed(1)} GB written at ${((records / filled) * 1e-3).toFixed(2)} M/s; ${megabytes()} MB in memory`,
)

// A crash is a log that nobody closes; its files are let go with this process.
const [crashed, afterCrash] = await timed(() => SegmentLog.open(disk, directory))
console.log(`opened in ${afterCrash.toFixed(0)} ms after a crash`)
await crashed.close()
const [log, afterClose] = await timed(() => SegmentLog.open(disk, directory))
console.log(`opened in ${afterClose.toFixed(0)} ms after a close`)
console.log(`  under a second: ${Math.max(afterCrash, afterClose) < 1000 ? 'holds' : 'MISSED'}`)
if (log.end !== records) throw new Error(`the log ends at ${log.end}`)

const times: number[] = []
for (let i = 0; i < 200; i++) {
  const index = Math.floor(((i * 7919) % 200) * (records / 200))
  const [read, took] = await timed(() => log.read(index, { maxRecords: 1000, maxBytes: 10_485_760 }))
  if (read[0]?.index !== index) throw new Error(`record ${index} was not read`)
  times.push(took)
}
times.sort((one, other) => one - other)
console.log(
  `1000 records from anywhere: median ${times[100]?.toFixed(1)} ms, p99 ${times[198]?.toFixed(1)} ms; ${megabytes()} MB in memory`,
)
const [, found] = await timed(() => log.indexAt(Math.floor(records / 3)))
console.log(`an instant found in ${found.toFixed(1)} ms`)
await log.close()
rmSync(parent, { recursive: true, force: true })
