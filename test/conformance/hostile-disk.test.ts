/** When the disk is full, who asks hears that, in his protocol; what was taken before is read, and what is small goes on. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RealDisk } from '../../src/world/disk.ts'
import { startLake } from '../testing/lake.ts'

class FullDisk extends RealDisk {
  full = false
  override async open(path: string, mode: 'read' | 'write' | 'create') {
    if (this.full && mode === 'create')
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    return super.open(path, mode)
  }
}

const disk = new FullDisk()
let lake: Awaited<ReturnType<typeof startLake>>
before(async () => {
  lake = await startLake({ region: 'us-east-1', disk })
  await fetch(`${lake.url}/full`, { method: 'PUT' })
  await fetch(`${lake.url}/full/before`, { method: 'PUT', body: 'b'.repeat(100_000) })
  disk.full = true
})
after(() => lake.close())

test('S3 says so in XML, and serves what it has', async () => {
  const put = await fetch(`${lake.url}/full/after`, { method: 'PUT', body: 'a'.repeat(100_000) })
  assert.equal(put.status, 500)
  assert.match(await put.text(), /<Code>InternalError<\/Code><Message>The lake's disk is full.*Free some space/)
  assert.equal((await fetch(`${lake.url}/full/after`)).status, 404)
  assert.equal((await (await fetch(`${lake.url}/full/before`)).text()).length, 100_000)
})

test('Kinesis says so in JSON', async () => {
  const target = (operation: string) => ({ 'x-amz-target': `Kinesis_20131202.${operation}` })
  const post = (operation: string, input: object) =>
    fetch(lake.url, { method: 'POST', headers: target(operation), body: JSON.stringify(input) })
  const created = await post('CreateStream', { StreamName: 's', ShardCount: 1 })
  const put =
    created.status === 200 ? await post('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: 'YQ==' }) : created
  assert.equal(put.status, 500)
  assert.match(await put.text(), /"InternalFailure","message":"The lake's disk is full/)
})
