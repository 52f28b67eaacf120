/**
 * The commands in the guides do what the guides say: each guide's shell blocks are run in order, in one shell, against a
 * lake of its own with a simulated clock; where a block of text follows, the commands printed those lines (… stands for
 * anything). Skipped where the AWS CLI is absent.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { forks } from './testing/forks.ts'
import { withoutAwsCli } from './testing/programs.ts'
import { startServer } from './testing/server.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '..')
const separator = '-- the next block --'

interface Block {
  readonly commands: string
  readonly prints: readonly string[]
}

async function blocksOf(guide: string): Promise<readonly Block[]> {
  const text = await readFile(join(root, 'docs/guides', guide), 'utf8')
  return [...text.matchAll(/```sh\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g)].map(
    ([, commands = '', lines = '']) => ({
      commands,
      prints: lines.split('\n').filter(line => line !== ''),
    }),
  )
}

/** A shell in which `npx biwa` is this Biwa, beside a lake in its `.biwa`. */
async function shellFor(context: TestContext): Promise<(script: string) => Promise<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'biwa-guide-'))
  const server = await startServer(join(folder, '.biwa'), [
    '--clock',
    'simulated',
    '--start',
    '2025-10-15T12:00:00+09:00',
  ])
  context.after(async () => {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  })
  const programs = join(folder, 'bin')
  await mkdir(programs)
  const program = async (name: string, words: readonly string[], first = '') => {
    const quoted = words.map(word => `"${word}"`).join(' ')
    await writeFile(join(programs, name), `#!/bin/sh\n${first}exec ${quoted} "$@"\n`, { mode: 0o755 })
  }
  await program('npx', [process.execPath, join(root, 'bin/biwa.js')], 'shift\n')
  if (forks?.aws) await program('aws', [...forks.command, 'aws'])
  const env = {
    ...forks?.environment,
    PATH: `${programs}${delimiter}${process.env.PATH}`,
    HOME: folder,
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return async script => {
    const all = `set -euo pipefail\n${script}`
    const { stdout } = await execute('bash', ['-c', all], { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 }).catch(
      ({ stderr, stdout }) => assert.fail(`the commands failed: ${stderr}\n${stdout}`),
    )
    return stdout
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

for (const guide of ['athena.md', 'jobs.md', 'kinesis.md', 'firehose.md', 'metrics.md']) {
  test(`the commands of ${guide} print what it says`, { skip: withoutAwsCli, timeout: 300_000 }, async context => {
    const blocks = await blocksOf(guide)
    assert.ok(blocks.length > 0)
    const shell = await shellFor(context)
    const env = 'eval "$(npx biwa env)"\n'
    const printed = (await shell(env + blocks.map(({ commands }) => commands).join(`echo '${separator}'\n`))).split(
      separator,
    )
    for (const [place, { commands, prints }] of blocks.entries()) {
      const lines = (printed[place] ?? '').split('\n')
      for (const wanted of prints) {
        const pattern = new RegExp(`^${wanted.split('…').map(escaped).join('.*')}$`)
        assert.ok(
          lines.some(line => pattern.test(line)),
          `${commands}\nprints no line '${wanted}', but:\n${lines.join('\n')}`,
        )
      }
    }
  })
}
