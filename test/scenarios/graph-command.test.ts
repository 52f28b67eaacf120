/** `biwa graph` draws what a file defines, in each form, to the terminal or into a file; wrong calls say what is right. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from '../../src/cli/run.ts'
import { RecordingTerminal } from '../testing/terminal.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biwa-graph-'))
  await writeFile(
    join(folder, 'lake.ts'),
    `import { bucket, column, delivery, lake, role, stream } from 'biwa/define'
const readings = stream('readings', { record: { id: column.string() }, partitionKey: 'id' })
const own = role('carrier', { for: 'firehose', may: [{ actions: ['s3:*'], on: ['*'] }] })
const raw = delivery('to-s3', { from: readings, to: bucket('store').prefix('raw/') })
const copy = delivery('copy', { from: readings, to: bucket('store').prefix('copy/'), role: own })
export default lake('pond', { region: 'ap-northeast-1', parts: [raw, copy] })
`,
  )
})
after(() => rm(folder, { recursive: true, force: true }))

async function graph(...words: readonly string[]) {
  const terminal = new RecordingTerminal(folder)
  const code = await run(['graph', ...words], terminal)
  return { code, out: terminal.printed, err: terminal.complained }
}

test('text fits the terminal, and each branch begins where it leaves', async () => {
  const { code, out, err } = await graph('lake.ts')
  assert.deepEqual([code, err], [0, ''])
  assert.match(out, /^pond in ap-northeast-1$/m)
  assert.match(out, /^readings ─ records ─▶ to-s3 +─ objects ─▶ s3:\/\/store\/raw\/$/m)
  assert.match(out, /^readings ─ records ─▶ copy +─ objects ─▶ s3:\/\/store\/copy\/$/m)
  assert.ok(out.split('\n').every(line => line.length <= 80))
})

test('--as chooses the form', async () => {
  assert.match(
    (await graph('lake.ts', '--as', 'mermaid')).out,
    /^flowchart LR\n {2}n1\(\["<b>readings<\/b><br\/>stream/m,
  )
  assert.match((await graph('lake.ts', '--as', 'svg')).out, /^<svg xmlns=/)
})

test('--out writes a file, whose ending says the form unless --as does', async () => {
  assert.equal((await graph('lake.ts', '--out', 'lake.svg')).out, 'lake.svg: pond as svg\n')
  assert.match(await readFile(join(folder, 'lake.svg'), 'utf8'), /^<svg [\s\S]*<\/svg>\n$/)
  await graph('lake.ts', '--out', 'lake.mmd')
  assert.match(await readFile(join(folder, 'lake.mmd'), 'utf8'), /flowchart/)
  await graph('lake.ts', '--out', 'lake.md', '--as', 'mermaid')
  assert.match(await readFile(join(folder, 'lake.md'), 'utf8'), /flowchart/)
})

test('--roles shows as which role each part acts, its own or the one derived for it', async () => {
  assert.doesNotMatch((await graph('lake.ts')).out, / as |carrier/)
  const { out } = await graph('lake.ts', '--roles')
  assert.match(out, /as pond-to-s3-delivery/)
  assert.match(out, /as carrier/)
})

test('a wrong call says what is right', async () => {
  const wrong: readonly (readonly [words: readonly string[], code: number, message: RegExp])[] = [
    [[], 2, /Say which definition file/],
    [['lake.ts', 'other.ts'], 2, /One definition file at a time/],
    [['lake.ts', '--as', 'pdf'], 2, /--as takes text or mermaid or svg, not 'pdf'/],
    [['lake.ts', '--colour'], 2, /--colour/],
    [['pond.ts'], 1, /There is no file pond\.ts/],
    [['lake.ts', '--out', 'nowhere/lake.svg'], 1, /nowhere/],
  ]
  for (const [words, code, message] of wrong) {
    const ended = await graph(...words)
    assert.deepEqual([ended.code, ended.out], [code, ''], words.join(' '))
    assert.match(ended.err, message)
  }
})
