/** `biwa stream size`: how many shards a stream needs, as sentences. The arithmetic is collect/kinesis/sizing.ts. */
import { recordKibDefault, shardsPerAccountMax } from '../../collect/kinesis/limits.ts'
import {
  type ShardLimit,
  type StreamLoad,
  type StreamSize,
  shardLimits,
  sizeStream,
} from '../../collect/kinesis/sizing.ts'
import type { Terminal } from '../../world/terminal.ts'
import { type Command, readOptions, UsageMistake } from '../command.ts'

export const size: Command = {
  help: `usage: biwa stream size --devices <n> --bytes <b> --every <seconds> [options]

Tells how many shards a stream needs when each of n devices sends a record of b bytes every so many seconds: which of
AWS's limits binds, what a single device may send, what packing records would save.

  --devices <n>          how many devices send; each has a partition key of its own
  --bytes <b>            the data of one record, without its partition key
  --every <seconds>      from one record of a device to its next; 0.01 is a hundred a second
  --peak <factor>        1; the busiest second's load as a multiple of the average's
  --key-bytes <n>        36; length of a partition key, which counts as data does
  --consumers <n>        1; applications that each read everything
  --fan-out              they have registered for enhanced fan-out instead of polling
  --json                 the figures alone
`,

  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const options = readOptions(words, {
      devices: { type: 'string' },
      bytes: { type: 'string' },
      every: { type: 'string' },
      peak: { type: 'string', default: '1' },
      'key-bytes': { type: 'string', default: '36' },
      consumers: { type: 'string', default: '1' },
      'fan-out': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    })
    const number = (name: 'devices' | 'bytes' | 'every' | 'peak' | 'key-bytes' | 'consumers') => {
      const text = options[name]
      if (text === undefined)
        throw new UsageMistake(`--${name} is missing: --devices, --bytes and --every say the load.`)
      if (!/^-?\d[\d_,]*(\.\d+)?(e\d+)?$/.test(text))
        throw new UsageMistake(`--${name} takes a number such as ${examples[name]}, not '${text}'.`)
      return Number(text.replace(/[_,]/g, ''))
    }
    const load: Required<StreamLoad> = {
      devices: number('devices'),
      bytes: number('bytes'),
      everySeconds: number('every'),
      peak: number('peak'),
      keyBytes: number('key-bytes'),
      consumers: number('consumers'),
      fanOut: options['fan-out'],
    }
    const found = sized(load)
    terminal.out(options.json ? `${JSON.stringify(found, null, 2)}\n` : screen(load, found))
    return 0
  },
}

const examples = { devices: '100000', bytes: '200', every: '10', peak: '2.5', 'key-bytes': '12', consumers: '2' }

function sized(load: StreamLoad): StreamSize {
  try {
    return sizeStream(load)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = error.message.replace(/^everySeconds/, 'every').replace(/^keyBytes/, 'key-bytes')
    throw new UsageMistake(`--${message}`)
  }
}

const columns = 100
const indent = 14

function screen(load: Required<StreamLoad>, found: StreamSize): string {
  const { devices, bytes, everySeconds, keyBytes, peak } = load
  const head = `${plural(devices, 'device')}, each a record of ${plural(bytes, 'byte')} every ${everySeconds} s${
    peak === 1 ? '' : `, ${figure(peak)} times as much in the busiest second`
  }, partition keys of ${plural(keyBytes, 'byte')}`
  const rows: readonly (readonly [string, string])[] = [
    ['in', `${figure(found.recordsPerSecond)} records/s, ${rate(found.bytesPerSecond)} with the keys.`],
    ['out', reading(load, found)],
    ['shards', shards(found)],
    ['one device', device(load, found)],
    ['calls', calls(found)],
    ['packed', packed(found)],
    ['on-demand', onDemand(found)],
    ['30 days', thirtyDays(found)],
  ]
  return `\n${wrapped(head, 2)}\n\n${rows.map(([name, text]) => `  ${name.padEnd(indent - 2)}${wrapped(text, indent).trimStart()}`).join('\n')}\n\n`
}

function reading({ consumers, fanOut }: Required<StreamLoad>, { reading }: StreamSize): string {
  if (consumers === 0) return 'nobody reads.'
  const sum = `${rate(reading.bytesPerSecond)} to ${plural(consumers, 'consumer')}`
  if (fanOut) return `${sum}, each with 2 MiB/s of every shard to itself.`
  const each = consumers === 1 ? 'it may' : 'each may'
  return `${sum} that ${consumers === 1 ? 'polls' : 'poll'}: together 2 MiB/s and 5 reads/s of a shard, so ${each} read a shard ${figure(reading.readsPerSecond ?? 0)} times a second.`
}

function shards({ shards, shardsForHashing, shardsForHashKeys = 0, binding, neededFor, device }: StreamSize): string {
  const needs = shardLimits.map(limit => `${meaning[limit]} ask for ${figure(neededFor[limit])}`).join(', ')
  const quota =
    shards > shardsPerAccountMax ? ` An account has ${figure(shardsPerAccountMax)} unless AWS raises it.` : ''
  const least = `${figure(shards)} at least: ${needs}. ${bound[binding]}.${quota}`
  const byHand = `explicit hash keys, chosen so that every shard gets as many devices, make do with ${figure(shardsForHashKeys)}`
  if (!device.fits) return `${least} But no number of them is enough: see one device.`
  if (shardsForHashing === undefined)
    return `${least} Hashing puts too many devices into some shard, however many there are: ${byHand}.`
  if (shardsForHashing === shards) return least
  const sure = `${least} Since hashing does not spread devices evenly, ${figure(shardsForHashing)}, to be 95 % sure that no shard gets more than it takes`
  return shardsForHashing > 2 * shards ? `${sure}; ${byHand}.` : `${sure}.`
}

function device({ everySeconds, peak, bytes, keyBytes }: Required<StreamLoad>, { device }: StreamSize): string {
  const limit = 'A key is in one shard, which takes 1,000 records/s or 1 MiB/s.'
  const share = `${plural(peak / everySeconds, 'record')}/s, ${ofShard(device.shareOfShard)}.`
  const large =
    bytes + keyBytes > recordKibDefault * 1024 ? ' Records above 1 MiB must be allowed (UpdateMaxRecordSize).' : ''
  if (device.fits)
    return `${share} ${limit} A hot one, sending ${figure(1 / device.shareOfShard)} times as often, fills a shard alone; beyond that it is throttled, however many shards there are.${large}`
  return `${share} No shard takes that: ${limit.replace('A', 'a')} Spread each device over ${figure(Math.ceil(device.shareOfShard))} keys or more (sensor-3#1, sensor-3#2), which gives up the order between them${device.binding === 'records in' ? ', or pack its records' : ''}.${large}`
}

const calls = ({ putRecordsPerSecond, recordsPerSecond }: StreamSize): string =>
  `${figure(putRecordsPerSecond)} PutRecords/s, if one producer fills each; ${figure(recordsPerSecond)} PutRecord/s, if every device sends for itself.`

function packed({ packed, shards }: StreamSize): string {
  if (packed === undefined) return 'no use: the records are large already.'
  if (packed.shards >= shards) return 'saves no shard: it is not the number of records that binds.'
  return `${plural(packed.shards, 'shard')} instead of ${figure(shards)}, where a producer gathers many devices' records and the Kinesis Producer Library packs them, up to ${figure(packed.recordsInOne)} into one of 50 KiB.`
}

const onDemand = ({ onDemand }: StreamSize): string =>
  onDemand.fitsAtFirst
    ? 'fits a new on-demand stream, which takes 4,000 records/s and 4 MiB/s at first and grows to twice its peak.'
    : 'too much for a new on-demand stream, which takes 4,000 records/s and 4 MiB/s at first: it throttles until it has grown, to twice the peak of its last 30 days.'

const thirtyDays = ({ thirtyDays, shards }: StreamSize): string =>
  `${figure(thirtyDays.shardHours)} shard-hours of ${plural(shards, 'shard')}, ${figure(Math.round(thirtyDays.records))} records in ${figure(Math.round(thirtyDays.putPayloadUnits))} PUT payload units of 25 KiB; or, on demand, ${bytesText(thirtyDays.onDemandBytes)} in, each record rounded up to whole KiB.`

const meaning: Readonly<Record<ShardLimit, string>> = {
  'records in': 'the records',
  'bytes in': 'the bytes',
  'bytes out': 'the readers',
}
const bound: Readonly<Record<ShardLimit, string>> = {
  'records in': 'The number of records binds (1,000/s a shard)',
  'bytes in': 'The bytes taken bind (1 MiB/s a shard)',
  'bytes out': 'The bytes read bind (2 MiB/s a shard): fan-out would lift that',
}

/** Three digits tell enough; whole numbers are whole. */
function figure(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en')
  return value.toLocaleString('en', value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 })
}

const ofShard = (share: number): string =>
  share > 1 ? `${figure(share)} times what a shard takes` : `${figure(share * 100)} % of a shard`
const plural = (count: number, what: string): string => `${figure(count)} ${what}${count === 1 ? '' : 's'}`
const rate = (bytesPerSecond: number): string => `${bytesText(bytesPerSecond)}/s`

function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${figure(bytes / 1024 ** power)} ${units[power]}`
}

/** Lines of at most `columns`, each indented. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > columns) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line].map(one => ' '.repeat(indent) + one).join('\n')
}
