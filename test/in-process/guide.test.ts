/** The program in docs/guides/in-process.md compiles as strictly as it may, and does what it says. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')

test('the guide’s program compiles and runs', { timeout: 120_000 }, context => {
  const guide = readFileSync(join(root, 'docs/guides/in-process.md'), 'utf8')
  const program = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block).join('\n')
  assert.ok(program.includes('openLake'))
  const folder = mkdtempSync(join(tmpdir(), 'biwa-guide-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, 'guide.ts'), program.replaceAll("'biwa'", `'${join(root, 'src/index.ts')}'`))
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  const settings = { compilerOptions: { ...compilerOptions, rewriteRelativeImportExtensions: false } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, include: ['guide.ts'] }))
  const run = (words: readonly string[]) => spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' })
  const compiled = run([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
  assert.equal(
    compiled.stdout
      .split('\n')
      .filter(line => line.startsWith('guide.ts'))
      .join('\n'),
    '',
  )
  const { status, stdout, stderr } = run(['guide.ts'])
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
})
