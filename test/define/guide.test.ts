/** README.md and docs/guides/definitions.md are true: their definitions compile and have no mistakes, their tests pass, the guide's tables name every option. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadDefinition } from '../../src/cli/definition-file.ts'
import * as define from '../../src/define/define.ts'
import { checkDefinition } from '../../src/running/check.ts'

const root = join(import.meta.dirname, '../..')
const guide = readFileSync(join(root, 'docs/guides/definitions.md'), 'utf8')

for (const document of ['README.md', 'docs/guides/definitions.md'])
  test(`the definition in ${document} compiles, has no mistakes, and passes its test`, { timeout: 180_000 }, context =>
    holds(context, readFileSync(join(root, document), 'utf8')),
  )

async function holds(context: TestContext, text: string): Promise<void> {
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  const isTest = (block: string) => block.startsWith('// lake.test.ts')
  const folder = mkdtempSync(join(tmpdir(), 'biwa-guide-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  const sources = (text: string) =>
    text
      .replaceAll("'biwa/define'", `'${join(root, 'src/define/define.ts')}'`)
      .replaceAll("'biwa'", `'${join(root, 'src/index.ts')}'`)
  writeFileSync(join(folder, 'lake.ts'), sources(blocks.filter(block => !isTest(block)).join('\n')))
  writeFileSync(join(folder, 'lake.test.ts'), sources(blocks.filter(isTest).join('\n')))
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  const settings = { compilerOptions: { ...compilerOptions, rewriteRelativeImportExtensions: false } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, include: ['*.ts'] }))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // else a test within a test does not run
  const run = (words: readonly string[]) => spawnSync(process.execPath, words, { cwd: folder, env, encoding: 'utf8' })

  const compiled = run([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
  assert.deepEqual(
    compiled.stdout.split('\n').filter(line => line.startsWith('lake')),
    [],
  )
  const { findings } = await checkDefinition(await loadDefinition('lake.ts', { directory: folder }))
  assert.deepEqual(
    findings.filter(({ level }) => level === 'mistake'),
    [],
  )
  const tested = run(['--test', '--test-reporter=tap'])
  assert.equal(tested.status, 0, tested.stdout)
  assert.match(tested.stdout, /^# pass 1$/m)
}

/** How each word says which options it takes. */
const refusals: Readonly<Record<string, () => unknown>> = {
  stream: () => define.stream('x', { nothing: 0 } as never),
  bucket: () => define.bucket('xxx', { nothing: 0 } as never),
  delivery: () => define.delivery('x', { nothing: 0 } as never),
  files: () => define.files(define.bucket('xxx'), { nothing: 0 } as never),
  table: () => define.table('x', { nothing: 0 } as never),
  job: () => define.job('x', { nothing: 0 } as never),
  crawler: () => define.crawler('x', { nothing: 0 } as never),
  workgroup: () => define.workgroup('x', { nothing: 0 } as never),
  role: () => define.role('x', { nothing: 0 } as never),
  lake: () => define.lake('x', { nothing: 0 } as never),
}

for (const [word, refuse] of Object.entries(refusals))
  test(`the guide’s table of ${word} has its options, all of them and no others`, () => {
    const section = new RegExp(`\\n## ${word}\\n([\\s\\S]*?)(\\n## |$)`).exec(guide)?.[1] ?? ''
    const named = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    assert.throws(refuse, error => {
      assert.ok(error instanceof define.DefinitionMistake)
      const taken = /It takes (.*)\.$/.exec(error.message)?.[1]?.split(', ') ?? []
      assert.deepEqual(named.toSorted(), taken.toSorted())
      return true
    })
  })

test('the guide’s table of columns has every kind', () => {
  const section = /\n## Columns\n([\s\S]*?)\n## /.exec(guide)?.[1] ?? ''
  assert.deepEqual(
    Object.keys(define.column).filter(kind => !section.includes(`column.${kind}(`)),
    [],
  )
})
