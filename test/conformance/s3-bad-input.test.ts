/** Requests that no client sends: each gets S3's own clear error, nothing is stored, and the process lives. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake({ region: 'us-east-1' })
  assert.equal((await send('PUT', '/bad')).status, 200)
  assert.equal((await send('PUT', '/bad/kept', 'x')).status, 200)
})
after(async () => {
  await lake.close()
  assert.deepEqual(lake.failures, [])
})
beforeEach(async () => assert.equal((await send('HEAD', '/bad')).status, 200))

async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await fetch(lake.url + path, { method, headers, ...(body !== undefined && { body }) })
  const text = await answer.text()
  const code = /<Code>(.*?)<\/Code>/.exec(text)?.[1]
  return { status: answer.status, code, text, headers: answer.headers }
}

const xml = (root: string, content: string) =>
  `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`
const cases: readonly (readonly [
  why: string,
  method: string,
  path: string,
  body: string | undefined,
  expected: string,
])[] = [
  ['XML that breaks off', 'PUT', '/bad?versioning', '<VersioningConfiguration><Status>', '400 MalformedXML'],
  ['another document', 'PUT', '/bad?versioning', xml('Tagging', '<TagSet/>'), '400 MalformedXML'],
  ['no document', 'PUT', '/bad?versioning', '', '400 MissingRequestBodyError'],
  ['an entity of its own', 'POST', '/bad?delete', '<!DOCTYPE a [<!ENTITY b "c">]><Delete/>', '400 MalformedXML'],
  ['nothing to delete', 'POST', '/bad?delete', xml('Delete', ''), '400 MalformedXML'],
  [
    'an unknown element',
    'PUT',
    '/bad?versioning',
    xml('VersioningConfiguration', '<Speed>9</Speed>'),
    '501 NotImplemented',
  ],
  [
    'an unknown state',
    'PUT',
    '/bad?versioning',
    xml('VersioningConfiguration', '<Status>On</Status>'),
    '400 MalformedXML',
  ],
  ['a number that is none', 'GET', '/bad?list-type=2&max-keys=ten', undefined, '400 InvalidArgument'],
  ['a negative number', 'GET', '/bad?list-type=2&max-keys=-1', undefined, '400 InvalidArgument'],
  ['an unknown encoding', 'GET', '/bad?list-type=2&encoding-type=xml', undefined, '400 InvalidArgument'],
  ['broken percent-encoding', 'PUT', '/bad/%E3%81', 'x', '400 InvalidURI'],
  ['an unknown subresource', 'GET', '/bad?inventory&id=1', undefined, '501 NotImplemented'],
  ['an unknown method', 'PATCH', '/bad/key', 'x', '405 MethodNotAllowed'],
  ['an upload that is none', 'PUT', '/bad/key?partNumber=1&uploadId=x', 'x', '404 NoSuchUpload'],
  ['a part that is no number', 'PUT', '/bad/key?partNumber=one&uploadId=x', 'x', '400 InvalidArgument'],
  ['a version that is none', 'GET', '/bad/key?versionId=..%2F..', undefined, '400 InvalidArgument'],
  ['an empty version', 'GET', '/bad/key?versionId=', undefined, '400 InvalidArgument'],
  ['a part before the first', 'GET', '/bad/key?partNumber=0', undefined, '400 InvalidArgument'],
  ['a part after the last that there can be', 'GET', '/bad/key?partNumber=10001', undefined, '400 InvalidArgument'],
  ['no ACL at all', 'PUT', '/bad?acl', undefined, '400 MissingSecurityHeader'],
  ['no ACL of an object', 'PUT', '/bad/kept?acl', '', '400 MissingSecurityHeader'],
  [
    'an ACL without an owner',
    'PUT',
    '/bad?acl',
    xml('AccessControlPolicy', '<AccessControlList/>'),
    '400 MalformedACLError',
  ],
  ['a bucket by a path trick', 'GET', '/..%2f..%2fetc/passwd', undefined, '404 NoSuchBucket'],
]
for (const [why, method, path, body, expected] of cases)
  test(`${why}: ${expected}`, async () => {
    const { status, code, text } = await send(method, path, body)
    assert.equal(`${status} ${code}`, expected, text)
  })

for (const [header, value, expected] of [
  ['x-amz-server-side-encryption', 'ROT13', '400 InvalidArgument'],
  ['x-amz-server-side-encryption-customer-algorithm', 'AES256', '501 NotImplemented'],
  ['x-amz-object-lock-mode', 'COMPLIANCE', '501 NotImplemented'],
  ['x-amz-grant-read', 'id="1"', '501 NotImplemented'],
  ['x-amz-acl', 'public-read', '400 AccessControlListNotSupported'],
  ['x-amz-acl', 'public', '400 InvalidArgument'],
  ['x-amz-website-redirect-location', 'elsewhere', '400 InvalidRedirectLocation'],
  ['x-amz-storage-class', 'FREEZER', '400 InvalidStorageClass'],
  ['x-amz-tagging', 'a=%zz', '400 InvalidArgument'],
  ['x-amz-checksum-crc32', 'x', '400 InvalidRequest'],
  ['x-amz-sdk-checksum-algorithm', 'CRC32', '400 InvalidRequest'],
  ['x-amz-copy-source', 'nowhere', '400 InvalidArgument'],
  ['content-md5', '%%', '400 InvalidDigest'],
  ['if-none-match', '"x"', '501 NotImplemented'],
  ['if-match', '"x"', '404 NoSuchKey'],
  ['if-match', '*', '501 NotImplemented'],
] as const)
  test(`PutObject with ${header}: ${value}: ${expected}`, async () => {
    const { status, code, text } = await send('PUT', '/bad/header', 'x', { [header]: value })
    assert.equal(`${status} ${code}`, expected, text)
    assert.equal((await send('GET', '/bad/header')).code, 'NoSuchKey')
  })

test('the MD5 of a document that is no MD5 is told from one that is another’s', async () => {
  const tagging = xml('Tagging', '<TagSet/>')
  for (const [md5, code] of [
    ['x', 'InvalidDigest'],
    ['1B2M2Y8AsgTpgAmY7PhCfg==', 'BadDigest'],
  ] as const)
    assert.equal((await send('PUT', '/bad?tagging', tagging, { 'content-md5': md5 })).code, code)
})

test('a range of a part is refused', async () => {
  const { status, code } = await send('GET', '/bad/kept?partNumber=1', undefined, { range: 'bytes=0-0' })
  assert.deepEqual([status, code], [400, 'InvalidRequest'])
})

test('only one condition is put on a write', async () => {
  const both = { 'if-match': '"x"', 'if-none-match': '*' }
  const { status, text } = await send('PUT', '/bad/kept', 'x', both)
  assert.equal(status, 501)
  assert.match(text, /<Header>If-Match,If-None-Match<\/Header>/)
})

test('a time that has not come is no condition on a read', async () => {
  const future = { 'if-modified-since': 'Fri, 01 Jan 2999 00:00:00 GMT' }
  assert.equal((await send('GET', '/bad/kept', undefined, future)).status, 200)
})

test('only the ACL that a bucket has anyway can be put on it', async () => {
  const rule = '<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>'
  assert.equal((await send('PUT', '/bad?ownershipControls', xml('OwnershipControls', rule))).status, 200)
  const { text } = await send('GET', '/bad?acl')
  assert.equal((await send('PUT', '/bad?acl', text)).status, 200)
  const revoked = text.replace(/<Grant>.*<\/Grant>/s, '')
  for (const [acl, header, code] of [
    [revoked, undefined, 'AccessControlListNotSupported'],
    [text, 'private', 'UnexpectedContent'],
    [undefined, 'nonsense', 'InvalidArgument'],
    [undefined, 'public-read', 'AccessControlListNotSupported'],
    [undefined, undefined, 'MissingSecurityHeader'],
  ] as const)
    for (const path of ['/bad?acl', '/bad/kept?acl'])
      assert.equal((await send('PUT', path, acl, header === undefined ? {} : { 'x-amz-acl': header })).code, code)
})

test('keys that look like paths stay keys', async () => {
  const socket = net.connect(Number(new URL(lake.url).port), '127.0.0.1')
  socket.setEncoding('latin1')
  for (const key of ['../../up', 'a/../../b', './c', '//d']) {
    socket.write(`PUT /bad/${key} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nk`)
    const [answer] = (await once(socket, 'data')) as [string]
    assert.match(answer, /^HTTP\/1\.1 200 /, key)
  }
  socket.destroy()
  const { text } = await send('GET', '/bad?list-type=2')
  assert.deepEqual(
    [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(match => match[1]),
    ['../../up', './c', '//d', 'a/../../b', 'kept'],
  )
})

test('a body without a length is refused, and one that breaks off leaves nothing', async () => {
  const port = Number(new URL(lake.url).port)
  const chunked = net.connect(port, '127.0.0.1')
  chunked.setEncoding('latin1')
  chunked.write('PUT /bad/none HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n')
  assert.match(((await once(chunked, 'data')) as [string])[0], /^HTTP\/1\.1 411 /)
  chunked.destroy()
  const broken = net.connect(port, '127.0.0.1')
  broken.write(`PUT /bad/none HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nx`)
  broken.end()
  await once(broken.resume(), 'close')
  assert.equal((await send('GET', '/bad/none')).code, 'NoSuchKey')
})

test('a body larger than 5 GiB is refused before it is sent', async () => {
  const socket = net.connect(Number(new URL(lake.url).port), '127.0.0.1')
  socket.setEncoding('latin1')
  socket.write(`PUT /bad/huge HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${5 * 1024 ** 3 + 1}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [string]
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*EntityTooLarge/)
  socket.destroy()
})
