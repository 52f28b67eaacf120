/**
 * A delivery to S3, GZIP, beside the ingest that feeds it: four connections put 500 records of 120 bytes a call, each
 * answered after the fsync, for some minutes, as fast as they are taken or at a given rate. Says each quarter of a minute how many were
 * put and delivered, the p99 of a put and the server's memory; in the end whether the delivery kept up, how long it needed for
 * what was left, and whether memory grew between the first third and the last. A put waits for one durable write, and mostly
 * for what is left of another: before and after it all the disk's own p99 is taken, by nothing but such writes.
 *
 *     node bench/kinesis-delivery.ts [--minutes 10] [--rate 0] [--shards 2]
 */
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { batch, Connection, makeStream, median, requestBytes, residentMb, startBiwa, stop } from './kinesis-load.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    /** Records a second; 0 is as many as are taken. */
    rate: { type: 'string', default: '0' },
    shards: { type: 'string', default: '2' },
  },
})
const minutes = Number(values.minutes)
const rate = Number(values.rate)
const connections = 4
const p99Wanted = 20
const sampleMilliseconds = 15_000
/** So much may lie in the buffer and be under way to the bucket at any time. */
const buffer = { SizeInMBs: 16, IntervalInSeconds: 10 }

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))

/** Milliseconds that 99 of 100 durable writes take at most, one after the other, each of two calls' bytes at a file's end. */
function diskP99(): number {
  const bytes = Buffer.alloc(2 * 500 * 140, 1)
  const path = join(directory, 'alone')
  const file = openSync(path, constants.O_CREAT | constants.O_WRONLY | constants.O_DSYNC)
  const took: number[] = []
  for (let nth = 0; nth < 500; nth++) {
    const began = performance.now()
    writeSync(file, bytes, 0, bytes.length, nth * bytes.length)
    took.push(performance.now() - began)
  }
  closeSync(file)
  rmSync(path)
  return took.toSorted((one, other) => one - other)[Math.floor(took.length * 0.99)] ?? 0
}
const diskBefore = diskP99()
const server = await startBiwa(join(directory, 'lake'))
const url = `http://127.0.0.1:${server.port}`
const client = {
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: '000000000000', secretAccessKey: 'bench' },
}
await makeStream(server, 's', Number(values.shards))
await new S3Client({ ...client, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'bench' }))
const RoleARN = 'arn:aws:iam::000000000000:role/bench'
await new FirehoseClient(client).send(
  new CreateDeliveryStreamCommand({
    DeliveryStreamName: 'delivery',
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: {
      KinesisStreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
      RoleARN,
    },
    ExtendedS3DestinationConfiguration: {
      BucketARN: 'arn:aws:s3:::bench',
      RoleARN,
      BufferingHints: buffer,
      CompressionFormat: 'GZIP',
    },
  }),
)

/** Records that have been delivered, by the server's own count. */
async function delivered(): Promise<number> {
  const text = await (await fetch(`${url}/_biwa/metrics`)).text()
  const lines = text.split('\n').filter(line => /^[a-z_]*firehose_delivery_?to_?s3_records_sum\{/i.test(line))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

let put = 0
let took: number[] = []
const began = performance.now()
const until = began + minutes * 60_000
const request = requestBytes('PutRecords', batch('s'))
const producers = Array.from({ length: connections }, async (_, lane) => {
  const connection = new Connection(server.port)
  for (let call = 0; performance.now() < until; call++) {
    if (rate > 0) {
      const due = began + ((call * connections + lane) * 500 * 1000) / rate
      if (due > performance.now()) await setTimeout(due - performance.now())
    }
    const sent = performance.now()
    const answer = await connection.send(request)
    if (!answer.startsWith('HTTP/1.1 200') || !answer.includes('"FailedRecordCount":0'))
      throw new Error(answer.slice(0, 500))
    took.push(performance.now() - sent)
    put += 500
  }
  connection.close()
})

interface Sample {
  readonly p99: number
  readonly memory: number
  readonly behind: number
}
const samples: Sample[] = []
const millions = (records: number) => (records / 1e6).toFixed(2)
let putBefore = 0
let deliveredBefore = 0
while (performance.now() + sampleMilliseconds <= until + 1000) {
  await setTimeout(sampleMilliseconds)
  const sorted = took.toSorted((one, other) => one - other)
  took = []
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0
  const done = await delivered()
  samples.push({ p99, memory: residentMb(server), behind: put - done })
  const second = Math.round((performance.now() - began) / 1000)
  console.log(
    `${second} s: put ${millions(put - putBefore)} M, delivered ${millions(done - deliveredBefore)} M, behind ${millions(put - done)} M; p99 ${p99.toFixed(1)} ms; ${residentMb(server).toFixed(0)} MB`,
  )
  putBefore = put
  deliveredBefore = done
}
await Promise.all(producers)
const ended = performance.now()
while ((await delivered()) < put) await setTimeout(250)
const last = (performance.now() - ended) / 1000
if ((await delivered()) !== put) throw new Error(`${put} were put and ${await delivered()} delivered`)

const seconds = (ended - began) / 1000
const third = Math.max(1, Math.floor(samples.length / 3))
const typical = (some: readonly Sample[], figure: keyof Sample) => median(some.map(sample => sample[figure]))
const p99 = typical(samples, 'p99')
const memory = [typical(samples.slice(0, third), 'memory'), typical(samples.slice(-third), 'memory')] as const
console.log(`${millions(put)} M records at ${(put / seconds / 1000).toFixed(0)} thousand/s, all delivered once`)
console.log(
  `the last was delivered ${last.toFixed(1)} s after it was put (its buffer waits ${buffer.IntervalInSeconds} s)`,
)
console.log(`p99 of PutRecords ${p99.toFixed(1)} ms (wanted ${p99Wanted}: ${p99 < p99Wanted ? 'holds' : 'MISSED'})`)
console.log(
  `p99 of durable writes with nobody else there: ${diskBefore.toFixed(1)} ms before, ${diskP99().toFixed(1)} after`,
)
console.log(`memory ${memory[0].toFixed(0)} MB in the first third, ${memory[1].toFixed(0)} MB in the last`)
await stop(server)
rmSync(directory, { recursive: true, force: true })
process.exit(0)
