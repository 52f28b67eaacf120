/** A definition is loaded wherever it lies, anew each time, and what is wrong with it is said with its place. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LakeMistake } from '../world/mistake.ts'
import { loadDefinition } from './definition-file.ts'

let directory: string
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-definition-'))
})
after(() => rm(directory, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFile(join(directory, name), text)
const load = (name: string) => loadDefinition(name, { directory })
const lakeOf = (name: string) => `import { bucket, lake } from 'biwa/define'
export default lake('${name}', { region: 'ap-northeast-1', parts: [bucket('some-bucket')] })
`

test('a definition works in a directory where nothing is installed, in TypeScript and in JavaScript', async () => {
  await write('lake.ts', `const name: string = 'typed'\n${lakeOf("' + name + '")}`)
  await write('lake.mjs', lakeOf('plain'))
  await write('lake.js', lakeOf('loose'))
  assert.equal((await load('lake.ts')).name, 'typed')
  assert.equal((await load('lake.mjs')).name, 'plain')
  assert.equal((await load('lake.js')).name, 'loose')
  assert.equal((await loadDefinition(join(directory, 'lake.ts'), { directory: '/' })).name, 'typed')
})

test('it is the same Biwa that loads it, also where another one is installed', async () => {
  const installed = join(directory, 'node_modules/biwa')
  await mkdir(installed, { recursive: true })
  await writeFile(join(installed, 'package.json'), '{"name":"biwa","exports":{".":"./no.js","./define":"./no.js"}}')
  await write('both.ts', `import { openLake } from 'biwa'\nif (!openLake) throw 1\n${lakeOf('mine')}`)
  assert.equal((await load('both.ts')).name, 'mine')
})

test('a changed file is loaded anew, and so is a file that it imports', async () => {
  await write('changing.ts', `import { name } from './name.ts'\n${lakeOf("' + name + '-one")}`)
  await write('name.ts', "export const name = 'a'")
  assert.equal((await load('changing.ts')).name, 'a-one')
  await write('name.ts', "export const name = 'b'")
  assert.equal((await load('changing.ts')).name, 'b-one')
  await write('changing.ts', lakeOf('two'))
  assert.equal((await load('changing.ts')).name, 'two')
})

const wrong: readonly (readonly [what: string, name: string, text: string | undefined, message: RegExp])[] = [
  ['a file that is not there', 'none.ts', undefined, /^There is no file none\.ts\. .*biwa init/],
  ['a directory', '.', undefined, /is a directory\. Name the file in it/],
  [
    'another kind of file',
    'lake.json',
    '{}',
    /^lake\.json is no definition of a lake, which is a file that ends with \.ts/,
  ],
  ['no default export', 'no.ts', 'export const a = 1', /^no\.ts has no default export.*export default lake\(/],
  [
    'a lake under another name',
    'named.ts',
    lakeOf('x').replace('export default', 'export const pond ='),
    /It exports the lake pond: write export default pond\./,
  ],
  [
    'a default export that is no lake',
    'f.ts',
    'export default () => 1',
    /^The default export of f\.ts is a function, not/,
  ],
  [
    'a part as the default export',
    'part.ts',
    "import { bucket } from 'biwa/define'\nexport default bucket('abc')",
    /^The default export of part\.ts is the bucket abc, not a lake\./,
  ],
  [
    'a mistake in the definition',
    'mistake.ts',
    "import { bucket } from 'biwa/define'\n\nexport const a = bucket('Upper')",
    /^mistake\.ts:3:18: A bucket's name is .*"Upper"\. Such a name is "upper"\.\n {4}export const a = bucket\('Upper'\)$/,
  ],
  [
    'a mistake in a file that it imports',
    'importing.ts',
    "import './mistake.ts'\nexport default 1",
    /^mistake\.ts:3:18: A bucket's name is/,
  ],
  ['another error', 'thrown.ts', "\nthrow new TypeError('gone')", /^thrown\.ts:2:7: TypeError: gone\. It was thrown/],
  ['something thrown that is no error', 'seven.ts', 'throw 7', /^seven\.ts throws 7 while it is loaded\.$/],
  ['a syntax error', 'syntax.ts', 'const a = 1\nconst b = = 2\n', /^syntax\.ts:2:11: .*\n {4}const b = = 2$/],
  ['a syntax error in JavaScript', 'syntax.mjs', 'const a = 1\nconst b = = 2\n', /^syntax\.mjs:2:11: /],
  ['an enum', 'enum.ts', 'enum A { b }', /^enum\.ts:1:1: TypeScript enum is not supported: Node runs TypeScript by/],
  [
    'a name that Biwa has not',
    'nope.ts',
    "import { nope } from 'biwa/define'",
    /^nope\.ts:1:10: .*'biwa\/define' does not provide an export named 'nope'/,
  ],
  [
    'a package that is not installed',
    'left.ts',
    "import 'left'",
    /^left\.ts imports the package left, .*npm install left$/,
  ],
  [
    'a file that it imports and is not there',
    'gone.ts',
    "import './none.ts'",
    /^gone\.ts imports none\.ts, which does/,
  ],
]

for (const [what, name, text, message] of wrong)
  test(`it is said where and what is wrong: ${what}`, async () => {
    if (text !== undefined) await write(name, text)
    await assert.rejects(load(name), error => {
      assert.ok(error instanceof LakeMistake)
      assert.match(error.message, message)
      return true
    })
  })
