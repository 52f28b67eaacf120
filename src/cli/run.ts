/**
 * The table of commands, and how a command ends: 0 done, 1 it failed, 2 it was called wrongly. Commands are loaded when
 * they are called, so that `biwa up` reads nothing of the demo.
 */
import { LakeMistake } from '../lake.ts'
import { version } from '../version.ts'
import type { Terminal } from '../world/terminal.ts'
import { type Command, UsageMistake } from './command.ts'

const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  up: { summary: 'run a lake that speaks AWS on this machine', load: async () => (await import('./up.ts')).up },
  env: { summary: 'print the exports a shell needs to reach it', load: async () => (await import('./env.ts')).env },
  demo: {
    summary: 'run the whole pipeline on real weather observations, then stay up',
    load: async () => (await import('./demo/demo.ts')).demo,
  },
}

const overview = `biwa ${version}: a data lake in one process that speaks AWS

usage: biwa <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  .join('\n')}

  biwa <command> --help tells a command's options; biwa --version the version.
`

export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = words
  if (name === '--version' || name === '-v' || name === 'version') {
    terminal.out(`${version}\n`)
    return 0
  }
  if (name === 'help' || name === '--help' || name === '-h') return help(rest[0], terminal)
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry) return mistake(terminal, `There is no command '${name}'.`, 'biwa help')
  const command = await entry.load()
  if (rest.includes('--help') || rest.includes('-h')) return help(name, terminal)
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (error instanceof UsageMistake) return mistake(terminal, error.message, `biwa ${name} --help`)
    if (!(error instanceof LakeMistake) && !isSystemMistake(error)) throw error
    terminal.err(`biwa ${name}: ${messageOf(error)}\n`)
    return 1
  }
}

async function help(name: string | undefined, terminal: Terminal): Promise<number> {
  if (name === undefined) {
    terminal.out(overview)
    return 0
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry) return mistake(terminal, `There is no command '${name}'.`, 'biwa help')
  terminal.out((await entry.load()).help)
  return 0
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
