/** Deep, broken and unspeakable values: the caller hears in his protocol what is wrong with them, and can read it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake({ region: 'us-east-1' })
  await fetch(`${lake.url}/values`, { method: 'PUT' })
})
after(async () => {
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

async function createStream(body: string | Uint8Array) {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.CreateStream' }
  const answer = await fetch(lake.url, { method: 'POST', headers, body: body as string })
  const { __type, message } = (await answer.json()) as { __type: string; message: string }
  return { status: answer.status, type: __type, message }
}

for (const [what, open, close, type] of [
  ['a known member', '{"StreamModeDetails":', '}', 'ValidationException'],
  ['an unknown member', '{"Depth":', '}', 'ValidationException'],
  ['a member of another type', '{"StreamName":[', ']}', 'SerializationException'],
] as const)
  test(`a hundred thousand levels of ${what} are the caller's mistake`, async () => {
    const answer = await createStream(open.repeat(100_000) + 1 + close.repeat(100_000))
    assert.deepEqual([answer.status, answer.type], [400, type])
    assert.ok(answer.message.length < 500)
  })

test('bytes that are no UTF-8 are not changed into others in silence', async () => {
  const broken = Buffer.from('{"StreamName":"\xff","ShardCount":1}', 'latin1')
  assert.match((await createStream(broken)).message, /not valid UTF-8/)
  const document = Buffer.from('<Delete><Object><Key>\xff</Key></Object></Delete>', 'latin1')
  const answer = await fetch(`${lake.url}/values?delete`, { method: 'POST', body: document })
  assert.match(await answer.text(), /<Code>MalformedXML<\/Code>.*not UTF-8/)
})

test('a fault that quotes what XML cannot carry still reaches the SDK', async () => {
  const settings = { ...client(lake.url), region: 'us-east-1' }
  const s3 = new S3Client({ ...settings, forcePathStyle: true })
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'values', Key: 'a\u0000\u001b\uffff' })), {
    name: 'NoSuchKey',
  })
  const iam = new IAMClient(settings)
  await assert.rejects(
    iam.send(new PutUserPolicyCommand({ UserName: 'u', PolicyName: 'p', PolicyDocument: 'a\u0000' })),
    { name: 'ValidationError' },
  )
  s3.destroy()
  iam.destroy()
  const answer = await fetch(`${lake.url}/values/a%00%1B%EF%BF%BF`)
  assert.doesNotMatch(await answer.text(), /&#x|\uffff/)
})
