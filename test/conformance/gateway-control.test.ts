/** Biwa's own paths: health, reset where it was allowed, the clock where it can be moved; and where the server may listen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, lake as defineLake } from '../../src/define/define.ts'
import { control } from '../../src/gateway/control.ts'
import { Fault } from '../../src/gateway/fault.ts'
import { wholeBody } from '../../src/gateway/message.ts'
import { LakeMistake } from '../../src/world/mistake.ts'
import { lakeFor } from '../testing/lake.ts'

const target = (operation: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `Kinesis_20131202.${operation}`,
})
const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers })

test('health names the services, under both paths', async context => {
  const { url } = await lakeFor(context)
  for (const path of ['/_biwa/health', '/_localstack/health']) {
    const health = (await (await fetch(url + path)).json()) as { services: Record<string, string> }
    assert.equal(health.services.kinesis, 'running')
  }
  assert.equal((await fetch(`${url}/_biwa/nothing`)).status, 404)
})

test('reset empties everything, and only where it was allowed', async context => {
  const closed = await lakeFor(context)
  assert.equal((await post(`${closed.url}/_biwa/reset`, '')).status, 403)
  const { url } = await lakeFor(context, { allowReset: true })
  await post(url, '{"StreamName":"a","ShardCount":2}', target('CreateStream'))
  const resets = await Promise.all([post(`${url}/_biwa/reset`, ''), post(`${url}/_biwa/reset`, '')])
  assert.deepEqual(
    resets.map(reset => reset.status),
    [200, 200],
  )
  const streams = (await (await post(url, '{}', target('ListStreams'))).json()) as { StreamNames: string[] }
  assert.deepEqual(streams.StreamNames, [])
  assert.equal((await post(url, '{"StreamName":"a","ShardCount":1}', target('CreateStream'))).status, 200)
})

test('a simulated clock moves by a duration or to an instant, and never back', async context => {
  const { url } = await lakeFor(context, { clock: 'simulated', start: Date.parse('2025-10-15T00:00:00+09:00') })
  const clock = async (body: string) => (await (await post(`${url}/_biwa/clock`, body)).json()) as { now: string }
  assert.equal((await clock('{"advance":"PT5M"}')).now, '2025-10-14T15:05:00.000Z')
  assert.equal((await clock('{"advanceTo":"2025-10-14T16:00:00Z"}')).now, '2025-10-14T16:00:00.000Z')
  for (const body of [
    '{"advanceTo":"2025-10-14T15:00:00Z"}',
    '{}',
    'x',
    '{"advance":"5 minutes"}',
    '{"advance":"PT1S","advanceTo":"2026-01-01T00:00:00Z"}',
  ])
    assert.equal((await post(`${url}/_biwa/clock`, body)).status, 400, body)
  assert.equal(((await (await fetch(`${url}/_biwa/clock`)).json()) as { now: string }).now, '2025-10-14T16:00:00.000Z')
})

test("the system's clock is not moved by anybody", async context => {
  const { url } = await lakeFor(context)
  assert.equal((await post(`${url}/_biwa/clock`, '{"advance":"PT5M"}')).status, 409)
})

test('without authentication no address but loopback is listened on', async context => {
  const { lake } = await lakeFor(context)
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.0.0.1.example.com'])
    await assert.rejects(lake.listen({ port: 0, host }), LakeMistake)
})

test('metrics are shown as text, and with enforced authentication to who has the root key alone', async context => {
  const open = await fetch(`${(await lakeFor(context)).url}/_biwa/metrics`)
  assert.equal(open.status, 200)
  assert.equal(open.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  const { url, lake } = await lakeFor(context, { auth: 'enforced' })
  const { accessKeyId, secretAccessKey } = await lake.rootKey()
  const status = async (credentials?: string) => {
    const authorization = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`
    return (await fetch(`${url}/_biwa/metrics`, credentials === undefined ? {} : { headers: { authorization } })).status
  }
  assert.equal(await status(`${accessKeyId}:${secretAccessKey}`), 200)
  for (const wrong of [undefined, '', `${accessKeyId}:`, `${accessKeyId}:${secretAccessKey}x`])
    assert.equal(await status(wrong), 401, String(wrong))
  assert.equal((await post(`${url}/_biwa/metrics`, '')).status, 405)
})

test('what is wrong with a definition is told to who sent it, and nothing of it is a failure of the lake', async context => {
  const { lake, url, failures } = await lakeFor(context)
  const ask = async (body: unknown) => {
    const answer = await post(`${url}/_biwa/definition`, typeof body === 'string' ? body : JSON.stringify(body))
    return `${answer.status} ${((await answer.json()) as { message: string }).message}`
  }
  const definition = defineLake('d', { region: 'ap-northeast-1', parts: [bucket('of-somebody')] })
  const CreateBucketConfiguration = { LocationConstraint: 'ap-northeast-1' as const }
  await lake.aws.s3.CreateBucket({ Bucket: 'of-somebody', CreateBucketConfiguration })
  for (const [body, words] of [
    ['x', /^400 The body is no JSON/],
    ['null', /^400 act is plan, apply, planDown or down/],
    [{ act: 'plan', definition: { ...definition, region: 1 } }, /^400 This is no definition of a lake/],
    [{ act: 'plan', definition: { ...definition, parts: [null] } }, /^400 This is no definition as lake/],
    [{ act: 'apply', definition: { ...definition, parts: [{ kind: 'table' }] } }, /^400 This is no definition as lake/],
    [{ act: 'apply', definition }, /^400 .*not taken over/],
  ] as const)
    assert.match(await ask(body), words)
  assert.match(await ask(`"${'x'.repeat(17 * 1024 * 1024)}"`), /^413 /)
  assert.deepEqual(failures, [])
})

test('what fails at a path of its own is a 500 with the id that the log has', async () => {
  const broken = new Error('a defect')
  const reported: unknown[] = []
  const never = () => assert.fail('is not asked for')
  const answer = await control(
    {
      ...{ method: 'POST', path: '/_biwa/definition', query: '', headers: {}, signal: new AbortController().signal },
      body: wholeBody(Buffer.from('{"act":"plan"}')),
    },
    {
      open: true,
      needs: () => ({
        ...{ version: '', services: [], metrics: never, isSimulated: false },
        clock: { date: never, next: never, advance: never, advanceTo: never },
        define: () => Promise.reject(broken),
        failed: ({ path }, error) => {
          reported.push(path, error)
          return new Fault('InternalFailure', 500, 'request id 4711')
        },
      }),
    },
  )
  assert.deepEqual([answer?.status, answer?.body], [500, '{"message":"request id 4711"}'])
  assert.deepEqual(reported, ['/_biwa/definition', broken])
})
