/** `biwa stream tail`: prints a stream's records as they come, from a lake that runs here. It reads as any consumer does. */
import { userRecords } from '../../formats/aggregated-record.ts'
import { SystemClock } from '../../world/clock.ts'
import { ConsoleLog } from '../../world/log.ts'
import { LakeMistake } from '../../world/mistake.ts'
import { pause } from '../../world/pause.ts'
import type { Terminal } from '../../world/terminal.ts'
import { type Call, callsTo, kinesis, Refusal } from '../calls.ts'
import { type Command, readInstant, readNamed, readRegion, UsageMistake } from '../command.ts'
import { reachServer } from '../reach.ts'
import { type From, follow, type Read } from './following.ts'

export const tail: Command = {
  help: `usage: biwa stream tail <stream> [options]

Prints the records of a stream on the lake that 'biwa up' runs here, as they come, until it is interrupted (Ctrl-C):
the time of arrival, the partition key, the data. It follows the stream through reshards, parents first.

  --from <where>         latest: what comes from now on (default); horizon: everything there is; or an instant such as
                         2025-10-15T00:00:00+09:00
  --shard <shard>        one shard alone, by its id or its number
  --count <n>            end after so many records
  --once                 end when everything there is has been printed; goes with --from horizon or an instant
  --json                 a JSON document a line: time, shard, sequence number, key, and the data as text, or in base64
                         as dataBase64 where it is no UTF-8
  --data <directory>     the one given to 'biwa up'; otherwise the lake at AWS_ENDPOINT_URL, or the one on .biwa
  --region <region>      of the stream; otherwise AWS_REGION, AWS_DEFAULT_REGION, or the one given to 'biwa up'

Records that the Kinesis Producer Library packed are unpacked. It reads each shard once a second, of the five times a
second that AWS gives to all who poll.
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { name: stream, options } = readNamed(words, 'stream', {
      from: { type: 'string', default: 'latest' },
      shard: { type: 'string' },
      count: { type: 'string' },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
      region: { type: 'string' },
    })
    const from = readFrom(options.from)
    if (options.once && from.kind === 'latest')
      throw new UsageMistake('--once prints what is there already: it goes with --from horizon or --from <instant>.')
    const countMax = options.count === undefined ? Number.POSITIVE_INFINITY : readCount(options.count)
    const region = options.region === undefined ? undefined : readRegion(options.region)
    const server = await reachServer(terminal, { data: options.data, region })
    const stop = new AbortController()
    terminal.stopped().then(() => stop.abort())
    const signal = AbortSignal.any([stop.signal, terminal.unread])
    const clock = new SystemClock(new ConsoleLog())
    const call = callsTo(server, kinesis, { now: () => clock.now(), signal })
    const reads = follow({
      ...{ call, stream, from, once: options.once, shardId: options.shard },
      pause: milliseconds => pause(milliseconds, signal),
    })
    const show = options.json ? asJson : asText
    let count = 0
    try {
      for await (const read of reads) {
        const shown = unpacked(read).slice(0, countMax - count)
        count += shown.length
        terminal.out(shown.map(record => `${show(record)}\n`).join(''))
        await terminal.flushed()
        if (count >= countMax || signal.aborted) break
      }
    } catch (error) {
      if (!signal.aborted) throw await withStreams(error, call, server.region)
    }
    return 0
  },
}

function readFrom(text: string): From {
  if (text === 'latest' || text === 'horizon') return { kind: text }
  if (!/^\d/.test(text)) throw new UsageMistake(`--from takes latest, horizon or an instant, not '${text}'.`)
  return { kind: 'instant', at: readInstant('from', text) }
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text))
    throw new UsageMistake(`--count takes a whole number of at least 1, not '${text}'.`)
  return Number(text)
}

/** Who misspells a stream's name wants to see the names. */
async function withStreams(error: unknown, call: Call, region: string): Promise<unknown> {
  if (!(error instanceof Refusal) || error.code !== 'ResourceNotFoundException') return error
  const { StreamNames } = await call<{ StreamNames: readonly string[] }>('ListStreams', { Limit: 20 })
  const there =
    StreamNames.length === 0 ? `There is no stream in ${region}.` : `In ${region} there are: ${StreamNames.join(', ')}.`
  return new LakeMistake(`${error.message} ${there}`)
}

interface Shown {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly partitionKey: string
  /** Milliseconds since 1970 UTC. */
  readonly arrivedAt: number
  readonly data: Uint8Array
}

function unpacked({ shardId, records }: Read): readonly Shown[] {
  return records.flatMap(({ SequenceNumber, PartitionKey, ApproximateArrivalTimestamp, Data }) => {
    const data = Buffer.from(Data, 'base64')
    const common = {
      shardId,
      sequenceNumber: SequenceNumber,
      arrivedAt: Math.round(ApproximateArrivalTimestamp * 1000),
    }
    const packed = userRecords(data) ?? [{ partitionKey: PartitionKey, data }]
    return packed.map(record => ({ ...common, partitionKey: record.partitionKey, data: record.data }))
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(data: Uint8Array): string | undefined {
  try {
    return utf8.decode(data)
  } catch {
    return undefined
  }
}

const timeOf = ({ arrivedAt }: Shown): string => new Date(arrivedAt).toISOString()

function asText(record: Shown): string {
  const text = textOf(record.data)
  const data = text === undefined ? `base64:${Buffer.from(record.data).toString('base64')}` : text.replace(/\r?\n$/, '')
  return [timeOf(record), record.shardId, visible(record.partitionKey), visible(data)].join('  ')
}

function asJson(record: Shown): string {
  const { shardId, sequenceNumber, partitionKey } = record
  const text = textOf(record.data)
  const data = text === undefined ? { dataBase64: Buffer.from(record.data).toString('base64') } : { data: text }
  return JSON.stringify({ arrivedAt: timeOf(record), shardId, sequenceNumber, partitionKey, ...data })
}

/** A record is a line, and none of it steers the terminal. */
const visible = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be made visible
    /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g,
    control =>
      JSON.stringify(control)
        .slice(1, -1)
        .replace(/^[^\\]/, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
