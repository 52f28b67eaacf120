/**
 * The table of commands, and how a command ends: 0 done, 1 it failed, 2 it was called wrongly. Commands are loaded when
 * they are called, so that `biwa up` reads nothing of the demo.
 */

import { version } from '../version.ts'
import { LakeMistake } from '../world/mistake.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Commands, UsageMistake } from './command.ts'

const commands: Commands = {
  up: { summary: 'run a lake that speaks AWS on this machine', load: async () => (await import('./up.ts')).up },
  env: { summary: 'print the exports a shell needs to reach it', load: async () => (await import('./env.ts')).env },
  demo: {
    summary: 'run the whole pipeline on real weather observations, then stay up',
    load: async () => (await import('./demo/demo.ts')).demo,
  },
  check: {
    summary: 'check a lake that a file defines: types, SQL, names, limits, roles',
    load: async () => (await import('./check.ts')).check,
  },
  diff: {
    summary: 'show what would change to make a lake what a file defines',
    load: async () => (await import('./diff.ts')).diff,
  },
  down: {
    summary: 'take away what a file defines, and its data only when told so',
    load: async () => (await import('./down.ts')).down,
  },
  init: {
    summary: 'ask what a lake is to do, and write its definition with a test',
    load: async () => (await import('./init/init.ts')).init,
  },
  graph: {
    summary: 'draw the way of the data through a lake that a file defines',
    load: async () => (await import('./graph.ts')).graph,
  },
  sql: {
    summary: 'run a query on it, with what it reads and what that would cost',
    load: async () => (await import('./sql/sql.ts')).sql,
  },
  'stream size': {
    summary: 'how many shards a stream needs, from what its devices send',
    load: async () => (await import('./stream/size.ts')).size,
  },
  'stream tail': {
    summary: 'print the records of a stream as they come',
    load: async () => (await import('./stream/tail.ts')).tail,
  },
}

const overviewOf = (names: readonly string[]) => `biwa ${version}: a data lake in one process that speaks AWS

usage: biwa <command> [options]

${names.map(name => `  ${name.padEnd(13)}${commands[name]?.summary}`).join('\n')}

  biwa <command> --help tells a command's options; biwa --version the version.
`

export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first = 'help'] = words
  if (first === '--version' || first === '-v' || first === 'version') {
    terminal.out(`${version}\n`)
    return 0
  }
  const wantsHelp = first === 'help' || words.includes('--help') || words.includes('-h')
  const named = words.filter(word => word !== '--help' && word !== '-h').slice(first === 'help' ? 1 : 0)
  if (named.length === 0) {
    terminal.out(overviewOf(Object.keys(commands)))
    return 0
  }
  const { name, rest } = split(named)
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry && wantsHelp && membersOf(name).length > 0) {
    terminal.out(overviewOf(membersOf(name)))
    return 0
  }
  if (!entry) return mistake(terminal, noSuchCommand(name), 'biwa help')
  const command = await entry.load()
  if (wantsHelp) {
    terminal.out(command.help)
    return 0
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (error instanceof UsageMistake) return mistake(terminal, error.message, `biwa ${name} --help`)
    if (!(error instanceof LakeMistake) && !isSystemMistake(error)) throw error
    terminal.err(`biwa ${name}: ${messageOf(error)}\n`)
    return 1
  }
}

/** A command's name is one word, or two where the first has several. */
function split(words: readonly string[]): { readonly name: string; readonly rest: readonly string[] } {
  const [first = '', second] = words
  if (membersOf(first).length === 0 || second === undefined || second.startsWith('-'))
    return { name: first, rest: words.slice(1) }
  return { name: `${first} ${second}`, rest: words.slice(2) }
}

const membersOf = (group: string): readonly string[] =>
  Object.keys(commands).filter(name => name.startsWith(`${group} `))

function noSuchCommand(name: string): string {
  const these = membersOf(name.split(' ')[0] ?? '')
  if (these.length === 0) return `There is no command '${name}'.`
  return `There is no command '${name}', but: ${these.join(', ')}.`
}

function mistake(terminal: Terminal, message: string, see: string): number {
  terminal.err(`biwa: ${message}\nSee: ${see}\n`)
  return 2
}

/** What the operating system or the data directory refuses: a message, not a stack. */
const isSystemMistake = (error: unknown): error is Error =>
  error instanceof Error && ('syscall' in error || ['DirectoryInUse', 'DataDirectoryMistake'].includes(error.name))

function messageOf(error: Error): string {
  if (!('code' in error)) return error.message
  if (error.code === 'EADDRINUSE')
    return `${error.message}. Another server listens there: stop it, or choose another --port.`
  if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL')
    return `${error.message}. Choose an address of this machine with --host.`
  if (error.code === 'ENOSPC') return `${error.message}. The disk is full: free some space, then start again.`
  if (error.code === 'EACCES')
    return `${error.message}. Choose a place this user may use: --data for the directory, --port for the port.`
  return error.message
}
