/** `biwa check`, `up <lake.ts>`, `diff` and `down`, as a person uses them one after the other on a file that is being edited. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis'
import { run } from '../../src/cli/run.ts'
import { client } from '../testing/lake.ts'
import { startServer } from '../testing/server.ts'
import { RecordingTerminal } from '../testing/terminal.ts'

let directory: string
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-definitions-'))
})
after(() => rm(directory, { recursive: true, force: true }))

const definition = (change: (text: string) => string = text => text) =>
  change(`import { bucket, column, delivery, job, lake, stream, table } from 'biwa/define'

const readings = stream('readings', {
  record: { device_id: column.string(), temperature: column.double() },
  partitionKey: 'device_id',
})
const raw = delivery('readings-to-s3', { from: readings, to: bucket('readings-raw').prefix('raw/'), buffer: { seconds: 60 } })
const curated = table('curated', {
  at: bucket('readings-curated').prefix('curated/'),
  columns: { device_id: column.string(), temperature: column.double() },
})
const curate = job('curate', {
  from: raw,
  into: curated,
  sql: \`SELECT device_id,
       temperature
FROM source\`,
})
export default lake('readings', { region: 'ap-northeast-1', parts: [curate] })
`)

/** What a command printed and how it ended. */
async function biwa(...words: readonly string[]) {
  const terminal = new RecordingTerminal(directory)
  const code = await run(words, terminal)
  return { code, printed: terminal.printed, complained: terminal.complained }
}
const write = (text: string) => writeFile(join(directory, 'lake.ts'), text)

test('check says what is wrong, where, and what to write, and ends with 1', async () => {
  await write(definition(text => text.replace('       temperature\n', '       temprature\n')))
  const wrong = await biwa('check', 'lake.ts', '--no-types')
  assert.equal(wrong.code, 1)
  assert.match(
    wrong.printed,
    /mistake {4}job curate: COLUMN_NOT_FOUND: line 2:8: Column 'temprature' cannot be resolved/,
  )
  assert.match(wrong.printed, /\n {18}temprature\n {18}\^\n/)

  await write(
    definition(text =>
      text.replace('       temperature\nFROM', '       CAST(temperature AS varchar) AS temperature\nFROM'),
    ),
  )
  assert.match(
    (await biwa('check', 'lake.ts', '--no-types')).printed,
    /gives temperature as varchar, and the table curated has it as double/,
  )

  await write(
    definition(text =>
      text.replace("prefix('curated/')", "prefix('raw/')").replace('readings-curated', 'readings-raw'),
    ),
  )
  assert.match((await biwa('check', 'lake.ts', '--no-types')).printed, /It writes where it reads/)

  await write(definition())
  const right = await biwa('check', 'lake.ts', '--no-types', '--roles')
  assert.equal(right.code, 0, right.printed)
  assert.match(right.printed, /role {7}readings-curate-job, for glue/)
})

test('check asks TypeScript, which knows of a renamed field where nothing runs yet', async () => {
  await write(
    definition(
      text =>
        `${text}\nimport type { RecordOf } from 'biwa/define'\nexport const one: RecordOf<typeof readings> = { device: 'a', temperature: 1 }\n`,
    ),
  )
  const { code, printed } = await biwa('check', 'lake.ts')
  assert.equal(code, 1)
  assert.match(printed, /lake\.ts\(\d+,\d+\): error TS\d+: .*'device' does not exist/)
})

test('up makes it so, an edit is a plan that keeps the data, diff tells it before, down takes it away', async () => {
  await write(definition())
  const none = await biwa('diff', 'lake.ts', '--data', join(directory, 'data'))
  assert.equal(none.code, 3)
  assert.match(none.printed, /\+ stream +readings +1 shard/)

  const data = join(directory, 'data')
  const server = await startServer(data, [join(directory, 'lake.ts')])
  try {
    const kinesis = new KinesisClient(client(server.url))
    const put = { StreamName: 'readings', PartitionKey: 'a', Data: Buffer.from('{"device_id":"a","temperature":1}') }
    await kinesis.send(new PutRecordCommand(put))
    assert.match((await biwa('up', 'lake.ts', '--data', data)).printed, /as defined: nothing to do/)

    const otherPort = await biwa('up', 'lake.ts', '--data', data, '--port=5000')
    assert.equal(otherPort.code, 2)
    assert.match(otherPort.complained, /--port is for a lake that is started, and the lake on .* runs already/)
    const asked = (body: object) =>
      fetch(`${server.url}/_biwa/definition`, { method: 'POST', body: JSON.stringify(body) })
    for (const [body, words] of [
      [{ act: 'plan', dry: true }, /takes no 'dry'/],
      [{ act: 'down', data: 'yes' }, /data is true or false/],
      [{ act: 'plan', definition: {} }, /no definition of a lake/],
    ] as const) {
      const answer = await asked(body)
      assert.equal(answer.status, 400)
      assert.match(((await answer.json()) as { message: string }).message, words)
    }

    await write(definition(text => text.replace('seconds: 60', 'seconds: 120')))
    const differs = await biwa('diff', 'lake.ts', '--data', data)
    assert.deepEqual([differs.code, /buffer\.seconds 60 -> 120/.test(differs.printed)], [3, true])
    await biwa('up', 'lake.ts', '--data', data)
    assert.equal((await biwa('diff', 'lake.ts', '--data', data)).code, 0)

    await write(definition(text => text.replace('       temperature\n', '       temprature\n')))
    const mistaken = await biwa('up', 'lake.ts', '--data', data)
    assert.equal(mistaken.code, 0)
    assert.match(mistaken.printed, /~ script/)
    assert.match(
      mistaken.complained,
      /job curate: COLUMN_NOT_FOUND: line 2:8: .*\n {18}temprature\n {18}\^\nThe lake is made as/,
    )
    await write(definition())

    const shown = await biwa('down', 'lake.ts', '--data', data)
    assert.match(shown.printed, /stream +readings +stays because it holds records/)
    assert.match(shown.printed, /Nothing was done\. --yes does it\./)
    await biwa('down', 'lake.ts', '--data', data, '--yes')
  } finally {
    await server.stop()
  }
  // The server has gone; the directory is opened by the command itself.
  const left = await biwa('down', 'lake.ts', '--data', data, '--yes', '--with-data')
  assert.match(left.printed, /- stream +readings/)
  assert.match((await biwa('diff', 'lake.ts', '--data', data)).printed, /\+ stream +readings/)
})

test('diff leaves a directory as it is that no lake has been in, and finds the account that the lake had', async () => {
  await write(definition())
  const empty = join(directory, 'empty')
  await mkdir(empty)
  assert.match((await biwa('diff', 'lake.ts', '--data', empty)).printed, /there is none in/)
  assert.deepEqual(await readdir(empty), [])

  const data = join(directory, 'other-account')
  const server = await startServer(data, [join(directory, 'lake.ts'), '--account', '111122223333'])
  await server.stop()
  const { code, printed } = await biwa('diff', 'lake.ts', '--data', data)
  assert.equal(code, 0, printed)
})

test('mistakes in how it is called are told', async () => {
  assert.deepEqual((await biwa('check')).code, 2)
  assert.match((await biwa('check', 'nowhere.ts')).complained, /There is no file nowhere\.ts/)
  assert.match((await biwa('up', '--replace')).complained, /--replace goes with a definition/)
  assert.match((await biwa('up', 'lake.ts', '--region', 'us-east-1')).complained, /is defined in ap-northeast-1/)
  assert.ok((await readFile(join(directory, 'lake.ts'), 'utf8')).includes('readings'))
})
