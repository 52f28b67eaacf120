/** No text that a client stores or asks for splits an answer's headers, or makes an answer fail for whoever comes next. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake({ region: 'us-east-1' })
  await send('PUT', '/hostile')
  await send('PUT', '/hostile/key', 'x')
})
after(async () => {
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await fetch(lake.url + path, { method, headers, ...(body !== undefined && { body }) })
  const text = await answer.text()
  return { status: answer.status, text, headers: answer.headers, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1] }
}

for (const name of ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-type'])
  test(`response-${name} that no header can carry is InvalidArgument`, async () => {
    for (const text of ['a\r\nx-forged: b', 'a\nb', '\0', '\u007f', '\u3042', '\ud83d\ude00']) {
      const { status, code, headers } = await send('GET', `/hostile/key?response-${name}=${encodeURIComponent(text)}`)
      assert.equal(`${status} ${code}`, '400 InvalidArgument', JSON.stringify(text))
      assert.equal(headers.get('x-forged'), null)
    }
    const path = `/hostile/key?response-${name}=${encodeURIComponent('caf\u00e9')}`
    assert.equal((await send('HEAD', path)).headers.get(name), 'caf\u00e9')
  })

test('an object keeps a Content-Disposition of any bytes', async () => {
  const disposition = `attachment; filename="${Buffer.from('気温.txt').toString('latin1')}"`
  await send('PUT', '/hostile/named', 'x', { 'content-disposition': disposition })
  for (const method of ['GET', 'HEAD'])
    assert.equal((await send(method, '/hostile/named')).headers.get('content-disposition'), disposition)
})

test('a key of encryption that no header can carry is refused, and the bucket goes on taking objects', async () => {
  const document = (key: string) =>
    `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>${key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
  for (const key of ['a&#10;x-forged: b', '\u3042'])
    assert.equal((await send('PUT', '/hostile?encryption', document(key))).code, 'InvalidArgument')
  assert.equal((await send('PUT', '/hostile/other', 'x')).status, 200)
})

test('metadata from the in-process door must be what a header can carry', async () => {
  const put = (Metadata: Record<string, string>, ContentType = 'text/plain') =>
    lake.lake.invoke({ account, region: 'us-east-1' }, 's3', 'CreateMultipartUpload', {
      Bucket: 'hostile',
      Key: 'door',
      Metadata,
      ContentType,
    })
  await assert.rejects(put({ a: 'b\r\nx-forged: c' }), { code: 'InvalidArgument' })
  await assert.rejects(put({ 'a b': 'c' }), { code: 'InvalidArgument' })
  await assert.rejects(put({}, 'text/plain\nx: y'), { code: 'InvalidArgument' })
})

test('a header made of a thousand beginnings of a credential is read in no time', async () => {
  const started = performance.now()
  const { status } = await send('GET', '/', undefined, { authorization: 'Credential='.repeat(5_000) })
  assert.equal(status, 400)
  assert.ok(performance.now() - started < 400, `${performance.now() - started} ms`)
})
