// A process to be killed: writes to a store without end, and says on stdout what was acknowledged, a line each.
//
//   node killed-writer.ts <directory> <round>

import { Store } from '../../src/durable/store.ts'
import { SystemClock } from '../../src/world/clock.ts'
import { RealDisk } from '../../src/world/disk.ts'
import { SilentLog } from '../../src/world/log.ts'
import { SystemRandom } from '../../src/world/random.ts'

const [directory = '', round = ''] = process.argv.slice(2)
const log = new SilentLog()
const store = await Store.open({
  disk: new RealDisk(),
  random: new SystemRandom(),
  clock: new SystemClock(log),
  directory,
  log,
  segmentBytes: 100_000,
})
store.ledger.define('killed-writer', [
  'CREATE TABLE done (name TEXT PRIMARY KEY) STRICT; CREATE TABLE file (name TEXT PRIMARY KEY, blob TEXT) STRICT',
])
const stream = await store.log('stream')
const say = (line: string) => process.stdout.write(`${line}\n`)
say('open')

async function append(writer: number): Promise<void> {
  for (let step = 0; ; step++) {
    const text = `${round}-${writer}-${step} `
    const payloads = [Buffer.from(text), Buffer.from(`and ${text.repeat(step % 200)}`)]
    const index = await stream.append(payloads, Date.now())
    say(`record ${index} ${text}`)
  }
}

async function commit(writer: number): Promise<void> {
  for (let step = 0; ; step++) {
    const name = `${round}-${writer}-${step}`
    await store.ledger.commit(write => write.run('INSERT INTO done VALUES (?)', name))
    say(`row ${name}`)
  }
}

async function put(writer: number): Promise<void> {
  for (let step = 0; ; step++) {
    const name = `${round}-${writer}-${step % 5}`
    const blob = await store.blobs.write([Buffer.alloc(step % 2 === 0 ? 100 : 50_000, name)])
    await store.ledger.commit(write => {
      const old = write.get<{ blob: string }>('SELECT blob FROM file WHERE name = ?', name)
      if (old !== undefined) store.blobs.release(write, old.blob)
      store.blobs.publish(write, blob)
      write.run('INSERT OR REPLACE INTO file VALUES (?, ?)', name, blob.id)
    })
    say(`file ${name}`)
  }
}

await Promise.all([append(0), append(1), commit(0), commit(1), put(0), put(1)])
