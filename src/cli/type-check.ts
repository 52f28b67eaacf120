/**
 * TypeScript's own verdict on a definition file, by the compiler that is installed beside it. `biwa` and `biwa/define` are
 * found even where they are not installed.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { home, isSource } from '../world/own-files.ts'

export interface TypeCheck {
  readonly isChecked: boolean
  readonly mistakes: number
  /** What the compiler said, or why it was not asked. */
  readonly text: string
}

export async function checkTypes(file: string): Promise<TypeCheck> {
  const compiler = compilerOf(file)
  if (compiler === undefined)
    return {
      isChecked: false,
      mistakes: 0,
      text: 'not checked: TypeScript is not installed here (npm install -D typescript)',
    }
  const directory = await mkdtemp(join(tmpdir(), 'biwa-types-'))
  try {
    const project = join(directory, 'tsconfig.json')
    await writeFile(project, JSON.stringify(settingsFor(file)))
    const text = await run([compiler, '--project', project, '--pretty', 'false'], dirname(file))
    return { isChecked: true, mistakes: [...text.matchAll(/(?:^|: )error TS\d+:/gm)].length, text: text.trim() }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The one of the file's project, else Biwa's own where it has one. */
function compilerOf(file: string): string | undefined {
  for (const from of [file, fileURLToPath(import.meta.url)])
    try {
      const found = join(dirname(createRequire(from).resolve('typescript/package.json')), 'bin', 'tsc')
      if (existsSync(found)) return found
    } catch {
      // It is not installed there.
    }
  return undefined
}

function settingsFor(file: string) {
  const own = nearestSettings(dirname(file))
  const here = (path: string) => fileURLToPath(new URL(`${path}${isSource ? '.ts' : '.d.ts'}`, home))
  return {
    ...(own !== undefined && { extends: own }),
    compilerOptions: {
      ...(own === undefined && { target: 'esnext', module: 'nodenext', strict: true }),
      ...{ noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true },
      // They would be looked for beside these settings, which lie elsewhere.
      typeRoots: typeRootsOf(dirname(file)),
      // Errors of Biwa's own sources are none of the file's.
      ...(isSource && {
        lib: ['esnext', 'esnext.temporal'],
        types: ['node'],
        typeRoots: [fileURLToPath(new URL('../node_modules/@types', home))],
      }),
      paths: { biwa: [here('index')], 'biwa/define': [here('define/define')] },
    },
    files: [file],
    include: [],
  }
}

const typeRootsOf = (directory: string): readonly string[] => {
  const above = dirname(directory)
  return [join(directory, 'node_modules', '@types'), ...(above === directory ? [] : typeRootsOf(above))]
}

function nearestSettings(directory: string): string | undefined {
  const here = join(directory, 'tsconfig.json')
  if (existsSync(here)) return here
  const above = dirname(directory)
  return above === directory ? undefined : nearestSettings(above)
}

/** What it printed; that it ends with another code than 0 is said by what it prints. */
const run = (words: readonly string[], cwd: string): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [...words], { cwd, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) => {
      if (error && out === '') reject(new Error(`TypeScript could not be run: ${err || error.message}`))
      else resolve(out)
    })
  })
