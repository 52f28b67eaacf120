/**
 * Whatever comes over the wire, the answer is AWS's clear error in the protocol's own form, nothing is lost, and the
 * process lives: malformed JSON, base64 and HTTP, unknown services, operations and members, absurd sizes, path tricks.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake()
  await kinesis('CreateStream', { StreamName: 'in', ShardCount: 1 })
})
after(() => lake.close())

const json = { 'content-type': 'application/x-amz-json-1.1' }

async function post(headers: Record<string, string>, body: string | Uint8Array, path = '/') {
  const response = await fetch(lake.url + path, { method: 'POST', headers, body: body as string })
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type') ?? '', text, headers: response.headers }
}
async function kinesis(operation: string, input: unknown) {
  const body = typeof input === 'string' ? input : JSON.stringify(input)
  const answer = await post({ ...json, 'x-amz-target': `Kinesis_20131202.${operation}` }, body)
  return { ...answer, body: (answer.text === '' ? {} : JSON.parse(answer.text)) as Record<string, string> }
}

test('a body that is not JSON is a SerializationException', async () => {
  for (const body of ['{', '[]', '"text"', 'null', '{"StreamName": }', '\u0000', '{"a":1}}']) {
    const { status, body: fault } = await kinesis('DescribeStream', body)
    assert.equal(status, 400, body)
    assert.equal(fault.__type, 'SerializationException', body)
  }
})

test('a value of the wrong type names the member and what it should have been', async () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ StreamName: 7 }, /StreamName.*string.*number 7/],
    [{ StreamName: 'in', Limit: 'ten' }, /Limit.*integer.*"ten"/],
    [{ StreamName: 'in', Limit: 1.5 }, /Limit.*integer/],
    [{ StreamName: ['in'] }, /StreamName.*string.*list/],
    [{ StreamName: { a: 1 } }, /StreamName.*string.*structure/],
  ]
  for (const [input, message] of cases) {
    const { status, body } = await kinesis('DescribeStream', input)
    assert.equal(status, 400)
    assert.match(body.message ?? '', message)
  }
})

test('data that is not base64 is refused, and nothing of it is stored', async () => {
  for (const Data of ['a', 'abc', '====', 'ab$d', 'YWJj\n', 'YW-_', 'YWJ=YWJj']) {
    const { status, body } = await kinesis('PutRecord', { StreamName: 'in', PartitionKey: 'k', Data })
    assert.equal(status, 400, Data)
    assert.equal(body.__type, 'SerializationException', Data)
  }
  const { body: it } = await kinesis('GetShardIterator', {
    StreamName: 'in',
    ShardId: 'shardId-000000000000',
    ShardIteratorType: 'TRIM_HORIZON',
  })
  const { text } = await kinesis('GetRecords', { ShardIterator: it.ShardIterator })
  assert.deepEqual((JSON.parse(text) as { Records: unknown[] }).Records, [])
})

test('an unknown member is refused by name', async () => {
  const { status, body } = await kinesis('CreateStream', { StreamName: 'other', ShardCount: 1, Shardcount: 2 })
  assert.equal(status, 400)
  assert.match(body.message ?? '', /CreateStream.*'Shardcount'/)
  const nested = await kinesis('CreateStream', {
    StreamName: 'other',
    ShardCount: 1,
    StreamModeDetails: { StreamMode: 'PROVISIONED', Warm: 1 },
  })
  assert.match(nested.body.message ?? '', /'StreamModeDetails\.Warm'/)
})

test('an unknown member that asks for nothing is the same as one left out', async () => {
  for (const nothing of [null, '', false, [], {}, { Inner: '' }])
    assert.equal((await kinesis('DescribeLimits', { Unknown: nothing })).status, 200, JSON.stringify(nothing))
  for (const something of [0, ' ', true, [1], { Inner: 1 }])
    assert.equal((await kinesis('DescribeLimits', { Unknown: something })).status, 400, JSON.stringify(something))
})

test('members called like properties of objects are unknown members', async () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    const { status, body } = await kinesis('DescribeLimits', { [name]: 1 })
    assert.equal(status, 400)
    assert.match(body.message ?? '', new RegExp(name))
  }
  const { status } = await kinesis('DescribeLimits', '{"__proto__": {"polluted": true}}')
  assert.equal(status, 400)
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('constraints are told all at once, in AWS’s words', async () => {
  const { body } = await kinesis('CreateStream', { StreamName: 'a b', ShardCount: 0 })
  assert.equal(body.__type, 'ValidationException')
  assert.match(
    body.message ?? '',
    /^2 validation errors detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: \[a-zA-Z0-9_\.-\]\+; Value '0' at 'shardCount'/,
  )
})

test('an operation or a service that Biwa does not have is refused by name, in its protocol', async () => {
  const operation = await kinesis('CastSpell', {})
  assert.equal(operation.status, 400)
  assert.match(operation.body.message ?? '', /Kinesis_20131202\.CastSpell/)
  const inherited = await kinesis('constructor', {})
  assert.match(inherited.body.message ?? '', /constructor/)
  const service = await post({ ...json, 'x-amz-target': 'DynamoDB_20120810.ListTables' }, '{}')
  assert.match(service.text, /DynamoDB_20120810/)
  const form = await post(
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Action=ListQueues&Version=2012-11-05',
  )
  assert.match(form.text, /<Code>InvalidAction<\/Code>/)
  const scope =
    'AWS4-HMAC-SHA256 Credential=test/20251015/us-east-1/mediaconvert/aws4_request, SignedHeaders=host, Signature=00'
  const rest = await fetch(`${lake.url}/2015-03-31/functions/`, { headers: { authorization: scope } })
  assert.equal(rest.status, 400)
  assert.match(await rest.text(), /'mediaconvert'/)
})

test('a body beyond what any operation takes is refused before it is read', async () => {
  const socket = net.connect(Number(new URL(lake.url).port), '127.0.0.1')
  socket.write(
    'POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: Kinesis_20131202.PutRecord\r\ncontent-length: 99999999999\r\n\r\n',
  )
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.match(first.toString(), /^HTTP\/1\.1 413 /)
  socket.destroy()
})

test('what is not HTTP closes its connection and nothing else', async () => {
  for (const bytes of [
    '\u0016\u0003\u0001\u0002\u0000',
    'GET\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n',
    'PRI nonsense\r\n\r\n',
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const socket = net.connect(Number(new URL(lake.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    socket.write(bytes)
    await once(socket, 'close')
  }
  assert.equal((await kinesis('DescribeLimits', {})).status, 200)
})

test('a client that goes away in the middle of its body costs nothing', async () => {
  for (let i = 0; i < 20; i++) {
    const socket = net.connect(Number(new URL(lake.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      'POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: Kinesis_20131202.PutRecord\r\ncontent-length: 100\r\n\r\n{"Stream',
    )
    socket.destroy()
    await once(socket, 'close')
  }
  assert.equal((await kinesis('DescribeLimits', {})).status, 200)
})

test('HTTP/2 with prior knowledge is served on the same port', async () => {
  const session = http2.connect(lake.url)
  const request = session.request({
    ':method': 'POST',
    ':path': '/',
    ...json,
    'x-amz-target': 'Kinesis_20131202.DescribeLimits',
  })
  request.end('{}')
  const [headers] = (await once(request, 'response')) as [http2.IncomingHttpHeaders]
  assert.equal(headers[':status'], 200)
  request.resume()
  await once(request, 'end')
  session.close()
})

test('every answer carries a request id of its own', async () => {
  const ids = new Set<string>()
  for (let i = 0; i < 5; i++) ids.add((await kinesis('DescribeLimits', {})).headers.get('x-amzn-requestid') ?? '')
  assert.equal(ids.size, 5)
  assert.ok(!ids.has(''))
})

test('a web page of another site, and a foreign host name, are turned away in open mode', async () => {
  const page = await post(
    { ...json, origin: 'https://evil.example', 'x-amz-target': 'Kinesis_20131202.DescribeLimits' },
    '{}',
  )
  assert.equal(page.status, 403)
  const socket = net.connect(Number(new URL(lake.url).port), '127.0.0.1')
  socket.write('GET /_biwa/health HTTP/1.1\r\nhost: evil.example:4566\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 403 /)
  socket.destroy()
})

test('accounts and regions keep resources apart', async () => {
  const signed = (key: string, region: string) => ({
    ...json,
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20251015/${region}/kinesis/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'x-amz-date': '20251015T000000Z',
    'x-amz-target': 'Kinesis_20131202.ListStreams',
  })
  const names = async (key: string, region: string) =>
    (JSON.parse((await post(signed(key, region), '{}')).text) as { StreamNames: string[] }).StreamNames
  assert.deepEqual(await names('test', 'ap-northeast-1'), ['in'])
  assert.deepEqual(await names('000000000000', 'ap-northeast-1'), ['in'])
  assert.deepEqual(await names('111122223333', 'ap-northeast-1'), [])
  assert.deepEqual(await names('test', 'eu-west-1'), [])
})

test('nothing of all this was a failure of the lake', () => {
  assert.deepEqual(lake.failures, [])
})
