/** Odd and hostile XML: what is well-formed means what it says, what is not is MalformedXML, and nobody waits for it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DeleteObjectsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake({ region: 'us-east-1' })
  await send('PUT', '/documents')
})
after(async () => {
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

async function send(method: string, path: string, body?: string) {
  const answer = await fetch(lake.url + path, { method, ...(body !== undefined && { body }) })
  const text = await answer.text()
  return { status: answer.status, text, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1] }
}
const deletion = (inside: string) => send('POST', '/documents?delete', `<Delete>${inside}</Delete>`)
const keysLeft = async () =>
  [...(await send('GET', '/documents?list-type=2')).text.matchAll(/<Key>(.*?)<\/Key>/gs)].map(match => match[1])

test('a key of any characters is deleted as the SDK writes it', async () => {
  const s3 = new S3Client({ ...client(lake.url), region: 'us-east-1', forcePathStyle: true })
  const keys = ['line\nbreak', 'carriage\rreturn', '\u0085\u2028', 'a&amp;b<c>"\'', '\ud83d\udc1f', '&#10;', ' space ']
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'documents', Key, Body: 'x' }))
  assert.equal((await keysLeft()).length, keys.length)
  await s3.send(
    new DeleteObjectsCommand({ Bucket: 'documents', Delete: { Objects: keys.map(Key => ({ Key })), Quiet: true } }),
  )
  assert.deepEqual(await keysLeft(), [])
  s3.destroy()
})

for (const [what, written] of [
  ['decimal references', 'a&#10;&#98;'],
  ['hexadecimal references', 'a&#xA;&#x62;'],
  ['a CDATA section', '<![CDATA[a\nb]]>'],
  ['a comment in between', 'a<!-- none -->\nb'],
] as const)
  test(`${what} say the same key`, async () => {
    await send('PUT', '/documents/a%0Ab', 'x')
    assert.equal((await deletion(`<Object><Key>${written}</Key></Object>`)).status, 200)
    assert.deepEqual(await keysLeft(), [])
  })

test('references inside a CDATA section are text', async () => {
  await send('PUT', '/documents/%26amp%3B', 'x')
  await deletion('<Object><Key><![CDATA[&amp;]]></Key></Object>')
  assert.deepEqual(await keysLeft(), [])
})

const key = (text: string) => `<Delete><Object><Key>${text}</Key></Object></Delete>`
for (const [what, document] of [
  ['an undeclared entity', key('&lol;')],
  ['a reference to a surrogate', key('&#xD800;')],
  ['a reference beyond Unicode', key('&#x110000;')],
  ['a bare ampersand', key('a & b')],
  ['two roots', key('a').repeat(2)],
  ['text behind the root', `${key('a')}more`],
  ['a member of objects', `<Delete><__proto__>x</__proto__></Delete>`],
  ['a hundred thousand levels', '<Delete>'.repeat(100_000) + '</Delete>'.repeat(100_000)],
  ['a tag of a megabyte', `<${'Delete'.repeat(170_000)}`],
] as const)
  test(`${what}: MalformedXML, told in few words`, async () => {
    const { status, code, text } = await send('POST', '/documents?delete', document)
    assert.equal(`${status} ${code}`, '400 MalformedXML', text.slice(0, 500))
    assert.ok(text.length < 1000, `${text.length} characters`)
  })

test('a mark of the byte order and a declaration before the root are no matter', async () => {
  assert.equal((await send('POST', '/documents?delete', `\ufeff<?xml version="1.0"?>\n${key('a')}`)).status, 200)
})
