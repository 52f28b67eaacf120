/** The documents are true: the table of operations is the declarations', links lead somewhere, both READMEs are in step. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { run } from '../src/cli/run.ts'
import type { Terminal } from '../src/world/terminal.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('the table of operations in both READMEs is what the server declares', () => {
  execFileSync(process.execPath, ['scripts/operations-table.ts', '--check'], { cwd: root, stdio: 'pipe' })
})

test('every link to a file leads to one', () => {
  const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  const dead = documents.flatMap(document =>
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .filter(([, path]) => !existsSync(join(root, dirname(document), path ?? '')))
      .map(([link]) => `${document}: ${link}`),
  )
  assert.deepEqual(dead, [])
})

test('every decision is in the index, under a number of its own', () => {
  const index = read('docs/decisions/README.md')
  const records = globSync('docs/decisions/[0-9]*.md', { cwd: root }).map(file => file.replace('docs/decisions/', ''))
  assert.deepEqual(
    records.filter(record => !index.includes(`(${record})`)),
    [],
  )
  const numbers = records.map(record => record.slice(0, 4))
  assert.deepEqual(
    numbers.filter((number, nth) => numbers.indexOf(number) !== nth),
    [],
  )
})

test('the Japanese README has the same sections, code and options as the English one', () => {
  const shape = (text: string) => ({
    headings: text.match(/^#+ /gm),
    shell: [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code?.replace(/ +#.*$/gm, '')),
    python: [...text.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code?.replace(/ +#.*$/gm, '')),
    options: text.match(/--[a-z-]+/g),
  })
  assert.deepEqual(shape(read('README.ja.md')), shape(read('README.md')))
})

test('ARCHITECTURE names every room of the house', () => {
  const text = read('ARCHITECTURE.md')
  const rooms = new Set(globSync('src/*/*/*.ts', { cwd: root }).map(file => file.split('/').slice(1, 3).join('/')))
  const named = [...rooms].filter(room => {
    const [stage = '', leaf = ''] = room.split('/')
    return text.includes(`${stage}/${leaf}`) || text.includes(`\`${stage}/\``)
  })
  assert.deepEqual(
    [...rooms].filter(room => !named.includes(room)),
    [],
  )
})

test('README tells every option of biwa up, with its default', async () => {
  const printed: string[] = []
  const terminal = { out: (text: string) => void printed.push(text) } as Terminal
  assert.equal(await run(['up', '--help'], terminal), 0)
  const help = printed.join('')
  const options = help.match(/^ {2}--[a-z-]+/gm)?.map(option => option.trim()) ?? []
  assert.ok(options.length >= 9)
  assert.deepEqual(
    options.filter(option => !read('README.md').includes(option)),
    [],
  )
})
