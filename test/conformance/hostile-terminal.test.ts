/** `biwa` as a process, where its terminal is gone, full or elsewhere: it says so if it can, and a server lives on. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { startServer } from '../testing/server.ts'

const entry = join(import.meta.dirname, '../../bin/biwa.js')
const withoutFull = existsSync('/dev/full') ? false : 'there is no /dev/full'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'biwa-terminal-'))
})
afterEach(() => rm(place, { recursive: true, force: true }))

test('a server whose stderr is a full disk answers on after it could not log', { skip: withoutFull }, async () => {
  const full = await open('/dev/full', 'w')
  const data = join(place, 'data')
  const child = spawn(process.execPath, [entry, 'up', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', full.fd],
  })
  const ended = once(child, 'exit')
  assert.ok(child.stdout)
  const [ready] = (await once(child.stdout, 'data')) as [Buffer]
  const url = /http:\S+/.exec(ready.toString())?.[0] ?? ''
  const put = (key: string, body: string) => fetch(`${url}/bucket/${key}`, { method: 'PUT', body })
  assert.equal((await fetch(`${url}/bucket`, { method: 'PUT' })).status, 200)
  assert.equal((await put('a', 'x'.repeat(100_000))).status, 200)
  await rm(join(data, 'blobs'), { recursive: true }) // whatever makes a failure
  for (let i = 0; i < 2; i++) {
    const broken = await fetch(`${url}/bucket/a`).then(
      answer => answer.text().catch(() => 'broken'),
      () => 'broken',
    )
    assert.equal(broken, 'broken')
  }
  assert.equal((await fetch(`${url}/_biwa/health`)).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
  await full.close()
})

test('what cannot be printed is an exit code of 1 and one line', { skip: withoutFull }, async () => {
  const full = await open('/dev/full', 'w')
  const child = spawn(process.execPath, [entry, 'help'], { stdio: ['ignore', full.fd, 'pipe'] })
  const errors: Buffer[] = []
  child.stderr?.on('data', chunk => errors.push(chunk))
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.match(Buffer.concat(errors).toString(), /^biwa: what was to be printed could not be: ENOSPC[^\n]*\n$/)
  await full.close()
})

test('in a directory that was removed, up says so without a stack', async () => {
  const child = spawn('sh', ['-c', 'rmdir "$PWD" && exec "$0" "$1" up --port 0', process.execPath, entry], {
    cwd: place,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const errors: Buffer[] = []
  child.stderr?.on('data', chunk => errors.push(chunk))
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.match(Buffer.concat(errors).toString(), /^biwa up: .*removed[^\n]*\n$/)
})

test('stream tail ends with 0 when its reader has gone, as in `biwa stream tail … | head -1`', async () => {
  const data = join(place, 'data')
  const server = await startServer(data)
  try {
    const call = (operation: string, input: object) =>
      fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${operation}` },
        body: JSON.stringify({ StreamName: 's', ...input }),
      })
    const put = () => call('PutRecord', { PartitionKey: 'a', Data: 'YQ==' })
    await call('CreateStream', { ShardCount: 1 })
    await put()
    const words = ['stream', 'tail', 's', '--from', 'horizon', '--data', data]
    const tail = spawn(process.execPath, [entry, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(tail, 'exit')
    await once(tail.stdout, 'data')
    tail.stdout.destroy()
    await put()
    assert.deepEqual(await ended, [0, null])
  } finally {
    await server.kill()
  }
})
