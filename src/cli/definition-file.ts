/**
 * Loads a definition, a module that a person wrote: `lake.ts` whose default export is `lake(…)`. Each time anew, with the
 * files it imports. Whatever is wrong with it is told as a sentence with the place in that person's file.
 */
import { readFile, stat } from 'node:fs/promises'
import { extname, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { LakeDefinition } from '../define/lake.ts'
import { DefinitionMistake } from '../define/mistake.ts'
import { LakeMistake } from '../world/mistake.ts'
import type { Terminal } from '../world/terminal.ts'
import { freshly, isOwnModule } from './own-modules.ts'

const extensions = ['.ts', '.mts', '.js', '.mjs']
const example =
  "It is made like this: export default lake('temperature', { region: 'ap-northeast-1', parts: [curate] })"

/** `path` is as it was written on the command line. Throws a LakeMistake. */
export async function loadDefinition(path: string, terminal: Pick<Terminal, 'directory'>): Promise<LakeDefinition> {
  const file = resolve(terminal.directory, path)
  await checkFile(path, file)
  const told: Told = { path, file, directory: terminal.directory }
  const module = await import(freshly(pathToFileURL(file))).catch(async (error: unknown) => {
    throw new LakeMistake(await mistakeOf(error, told), { cause: error })
  })
  return checkExport(path, module)
}

interface Told {
  readonly path: string
  readonly file: string
  readonly directory: string
}

async function checkFile(path: string, file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (found === undefined)
    throw new LakeMistake(
      `There is no file ${path}. Name the file that defines the lake, or let 'biwa init' write one.`,
    )
  if (found.isDirectory())
    throw new LakeMistake(`${path} is a directory. Name the file in it that defines the lake, such as ${path}/lake.ts.`)
  if (!extensions.includes(extname(file)))
    throw new LakeMistake(
      `${path} is no definition of a lake, which is a file that ends with ${extensions.join(', ')}.`,
    )
}

function checkExport(path: string, module: Readonly<Record<string, unknown>>): LakeDefinition {
  if (!('default' in module)) {
    const lakes = Object.keys(module).filter(name => isLake(module[name]))
    const instead =
      lakes[0] === undefined ? example : `It exports the lake ${lakes[0]}: write export default ${lakes[0]}.`
    throw new LakeMistake(`${path} has no default export, which is to be the lake. ${instead}`)
  }
  const found = module.default
  if (isLake(found)) return found
  throw new LakeMistake(`The default export of ${path} is ${described(found)}, not a lake. ${example}`)
}

const isLake = (value: unknown): value is LakeDefinition =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'lake' && 'parts' in value

function described(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null && 'kind' in value && 'name' in value)
    return `the ${String(value.kind)} ${String(value.name)}`
  return typeof value === 'object' ? (value === null ? 'null' : 'an object') : `a ${typeof value}`
}

/** The sentence, behind its place where that is known, and with that line beneath it. */
async function mistakeOf(error: unknown, told: Told): Promise<string> {
  if (!(error instanceof Error)) return `${told.path} throws ${String(error)} while it is loaded.`
  const place = syntaxPlace(error) ?? framePlace(error)
  const words = sentence(error, told)
  if (place === undefined) return error instanceof SyntaxError ? `${told.path}: ${words}` : words
  const { file, line, column } = place
  const text = (await readFile(file, 'utf8').catch(() => '')).split('\n')[line - 1]?.trim()
  const at = `${relative(told.directory, file) || file}:${line}${column === undefined ? '' : `:${column}`}`
  return `${at}: ${words}${text ? `\n    ${text}` : ''}`
}

function sentence(error: Error, told: Told): string {
  const { message } = error
  const code = 'code' in error ? error.code : undefined
  if (error instanceof DefinitionMistake) return message
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return `${message.replace(' in strip-only mode', '')}: Node runs TypeScript by leaving the types out, so enums, namespaces with values, parameter properties and decorators cannot be used. Write it in plain JavaScript.`
  if (code === 'ERR_MODULE_NOT_FOUND') return missing(message, told)
  if (error instanceof SyntaxError) return `${message.replace(/\.$/, '')}. The file cannot be read as it stands.`
  return `${error.name}: ${message.replace(/\.?$/, '.')} It was thrown while the file was loaded.`
}

/** `Cannot find package 'x' imported from /y`, `Cannot find module '/x' imported from /y` */
function missing(message: string, { directory }: Told): string {
  const [, kind, name = '', by = ''] = /^Cannot find (package|module) '(.+)' imported from (.+)$/.exec(message) ?? []
  const importer = relative(directory, by)
  if (kind === 'package') return `${importer} imports the package ${name}, which is not installed: npm install ${name}`
  if (kind === 'module') return `${importer} imports ${relative(directory, name)}, which does not exist.`
  return message
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column?: number
}

/** Where the text cannot be parsed, which Node writes above the stack: `/lake.ts:2`, some lines, a caret below the place. */
function syntaxPlace(error: Error): Place | undefined {
  const [head = ''] = error instanceof SyntaxError ? (error.stack ?? '').split(/^\w*Error\b/m) : []
  const [, path, line] = /^(\S.*):(\d+)\n/.exec(head) ?? []
  if (path === undefined) return undefined
  const caret = /^( *)\^/m.exec(head)?.[1]
  return { file: pathOf(path), line: Number(line), ...(caret !== undefined && { column: caret.length + 1 }) }
}

/** The first place in the stack that is neither Node's nor ours. */
function framePlace({ stack = '' }: Error): Place | undefined {
  const frames = stack.matchAll(/\(?(file:\/\/[^\s)]+?):(\d+):(\d+)\)?$/gm)
  for (const [, url = '', line, column] of frames)
    if (!isOwnModule(url)) return { file: pathOf(url), line: Number(line), column: Number(column) }
  return undefined
}

const pathOf = (place: string): string =>
  place.startsWith('file:') ? fileURLToPath(new URL(new URL(place).pathname, 'file:')) : place
