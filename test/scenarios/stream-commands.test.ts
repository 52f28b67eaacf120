/** `biwa stream size` and `biwa stream tail`, as their user sees them. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  CreateStreamCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { run } from '../../src/cli/run.ts'
import { rememberServer } from '../../src/cli/server-file.ts'
import { SilentLog } from '../../src/world/log.ts'
import { client, region, startLake, type TestLake } from '../testing/lake.ts'
import { RecordingTerminal } from '../testing/terminal.ts'

let started: TestLake & { close(): Promise<void> }
let kinesis: KinesisClient
let terminal: RecordingTerminal
let StreamName: string
let streams = 0
before(async () => {
  started = await startLake({ auth: 'enforced' })
  const key = await started.lake.rootKey()
  await rememberServer(started.directory, { url: started.url, region, auth: 'enforced', key }, new SilentLog())
  kinesis = new KinesisClient(client(started.url, key))
})
after(async () => {
  kinesis.destroy()
  await started.close()
})
beforeEach(async () => {
  terminal = new RecordingTerminal(started.directory)
  StreamName = `stream-${streams++}`
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
})

const put = (PartitionKey: string, data: string | Uint8Array) =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from(data) }))
const tail = (...words: readonly string[]) => run(['stream', 'tail', StreamName, '--data', '.', ...words], terminal)
const fromHorizon = (...words: readonly string[]) => tail('--from', 'horizon', '--once', ...words)
const split = (shard = 0, at = 1n << 127n) => {
  const NewStartingHashKey = at.toString()
  const ShardToSplit = `shardId-${String(shard).padStart(12, '0')}`
  return kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }))
}

test('what is in the stream is printed, a record a line: time, shard, key, data', async () => {
  await put('sensor-3', '{"temperature":21.37}\n')
  await put('café', 'two\nlines')
  assert.equal(await fromHorizon(), 0)
  assert.deepEqual(
    terminal.lines.map(line => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, 'time')),
    ['time  shardId-000000000000  sensor-3  {"temperature":21.37}', 'time  shardId-000000000000  café  two\\nlines'],
  )
})

test('bytes that are no text come in base64, and none of a record steers the terminal', async () => {
  await put('bytes', new Uint8Array([0x80, 0xff]))
  await put('\u001b[2J', '\u001b]0;title\u0007\r\u009b')
  assert.equal(await fromHorizon(), 0)
  assert.match(terminal.printed, /bytes {2}base64:gP8=\n/)
  assert.match(terminal.printed, /\\u001b\[2J {2}\\u001b\]0;title\\u0007\\r\\u009b\n/)
})

test('with --json each line is a document', async () => {
  await put('a', 'text')
  await put('b', new Uint8Array([0x80]))
  assert.equal(await fromHorizon('--json'), 0)
  const [text, bytes] = terminal.lines.map(line => JSON.parse(line) as Record<string, string>)
  assert.deepEqual(Object.keys(text ?? {}), ['arrivedAt', 'shardId', 'sequenceNumber', 'partitionKey', 'data'])
  assert.equal(text?.data, 'text')
  assert.equal(bytes?.dataBase64, 'gA==')
})

test('through splits and a merge parents come before their children, and nothing is printed twice', async () => {
  const wanted: string[] = []
  const putSome = async (round: string) => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await put(key, `${key} ${round}`)
      wanted.push(`${key} ${round}`)
    }
  }
  await putSome('1 before')
  await split()
  await putSome('2 between')
  await split(1, 1n << 126n)
  await putSome('3 between')
  // A child of shard 2, which is read to its end early, and of shard 4, which is not yet known then.
  const two = { ShardToMerge: 'shardId-000000000004', AdjacentShardToMerge: 'shardId-000000000002' }
  await kinesis.send(new MergeShardsCommand({ StreamName, ...two }))
  await putSome('4 after')
  assert.equal(await fromHorizon(), 0)
  const printed = terminal.lines.map(line => line.split('  ').at(-1) ?? '')
  assert.deepEqual(printed.toSorted(), wanted.toSorted())
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const rounds = printed.filter(line => line.startsWith(key))
    assert.deepEqual(rounds, rounds.toSorted(), `${key} in the order in which it was put`)
  }
})

test('without --from only what comes from now on is printed, reshards followed, until Ctrl-C', async () => {
  await put('old', 'old')
  const tailing = tail()
  for (let attempt = 0; terminal.lines.length === 0; attempt++) await put(`new`, `new ${attempt}`)
  await split()
  await put('after', 'after the split')
  const seen = terminal.lines.length
  for (let line = seen; !terminal.printed.includes('after the split'); line++) await terminal.printedLines(line)
  terminal.stop()
  assert.equal(await tailing, 0)
  assert.doesNotMatch(terminal.printed, /old/)
})

test('it ends when nobody reads it any more', async () => {
  await put('a', 'a')
  const tailing = tail('--from', 'horizon')
  await terminal.printedLines(1)
  terminal.hangUp()
  assert.equal(await tailing, 0)
})

test('from an instant, of one shard, so many records', async () => {
  await put('a', 'one')
  const { lines } = await fromHorizon().then(() => terminal)
  const at = lines[0]?.split('  ')[0] ?? ''
  await put('a', 'two')
  await split()
  await put('a', 'three')
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await tail('--from', at, '--once'), 0)
  assert.equal(terminal.lines.length, 3)
  terminal = new RecordingTerminal(started.directory)
  const afterFirst = new Date(Date.parse(at) + 1).toISOString()
  assert.equal(await tail('--from', afterFirst, '--once'), 0)
  assert.deepEqual(
    terminal.lines.map(line => line.split('  ').at(-1)),
    ['two', 'three'],
  )
  terminal = new RecordingTerminal(started.directory)
  assert.equal(await tail('--from', 'horizon', '--shard', '0', '--count', '2'), 0)
  assert.equal(terminal.lines.length, 2)
})

test('what cannot be tailed is said in a line', async () => {
  const ending = async (words: readonly string[]) => {
    terminal = new RecordingTerminal(started.directory)
    const code = await run(['stream', ...words], terminal)
    assert.equal(terminal.printed, '')
    return [code, terminal.complained] as const
  }
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['tail nowhere --data .', 1, /Stream nowhere .* not found\. In [a-z0-9-]+ there are: .*stream-0/],
    [`tail ${StreamName} --data . --shard 9`, 1, /no shard '9'\. It has: shardId-000000000000/],
    ['tail x --data elsewhere', 1, /biwa up --data elsewhere/],
    ['tail', 2, /Say which stream/],
    ['tail a b', 2, /One stream at a time/],
    ['tail a --from yesterday', 2, /latest, horizon or an instant/],
    ['tail a --from 2025-10-15', 2, /instant with its offset/],
    ['tail a --once', 2, /--from horizon/],
    ['tail a --count 0', 2, /--count takes/],
    ['wag', 2, /no command 'stream wag', but: stream size, stream tail/],
    ['', 2, /stream size, stream tail/],
    ['size --devices 5', 2, /--bytes is missing/],
    ['size --devices five --bytes 1 --every 1', 2, /--devices takes a number such as 100000, not 'five'/],
    ['size --devices 5 --bytes 1 --every 0', 2, /--every takes seconds/],
    ['size --devices 5 --bytes 1 --every 1 --consumers 30 --fan-out', 2, /at most 20 consumers/],
  ]
  for (const [line, expected, message] of cases) {
    const [code, complained] = await ending(line.split(' ').filter(word => word !== ''))
    assert.equal(code, expected, line)
    assert.match(complained, message)
    assert.ok(complained.trim().split('\n').length <= 2, complained)
  }
})

test('a server that has gone is said in a line, with what to do', async () => {
  await rememberServer(
    `${started.directory}/gone`,
    { url: 'http://127.0.0.1:1', region, auth: 'open' },
    new SilentLog(),
  )
  assert.equal(await run(['stream', 'tail', 'a', '--data', 'gone'], terminal), 1)
  assert.match(terminal.complained, /does not answer .*biwa up/)
})

test('size tells the shards and the limit that binds; with --json the figures', async () => {
  const words = ['stream', 'size', '--devices', '100,000', '--bytes', '200', '--every', '10']
  assert.equal(await run(words, terminal), 0)
  assert.match(terminal.printed, /shards +10 at least.*The number of records binds/s)
  assert.ok(terminal.lines.every(line => line.length <= 100))
  terminal = new RecordingTerminal()
  assert.equal(await run([...words, '--json'], terminal), 0)
  assert.equal((JSON.parse(terminal.printed) as { shards: number }).shards, 10)
})
