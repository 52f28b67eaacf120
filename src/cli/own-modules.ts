/**
 * What `biwa` and `biwa/define` are in the modules that a person wrote: this very Biwa, sources or compiled, wherever those
 * modules lie and whether or not a package is installed there. So a definition works without `npm install`, and its values
 * and mistakes are of the classes that run here.
 */
import { registerHooks } from 'node:module'
import { home, isSource, ownFile } from '../world/own-files.ts'

const own: Readonly<Record<string, string>> = {
  biwa: isSource ? ownFile('index').href : import.meta.resolve('biwa'),
  'biwa/define': isSource ? ownFile('define/define').href : import.meta.resolve('biwa/define'),
}
/** Marks the modules of one load: Node keeps a module by its whole address, so a new mark loads it anew. */
const mark = 'biwa-load'
let loads = 0
let hooked = false

/** The module's address for `import()`, under which it and the files it imports are read anew. */
export function freshly(module: URL): string {
  hook()
  loads += 1
  return marked(module.href, String(loads))
}

/** Whether a module is of this Biwa itself. */
export const isOwnModule = (url: string): boolean => url.startsWith(home.href)

/** From now on these names lead here, in every module that is loaded. */
export function hook(): void {
  if (hooked) return
  hooked = true
  registerHooks({
    resolve(specifier, context, next) {
      const mine = Object.hasOwn(own, specifier) ? own[specifier] : undefined
      if (mine !== undefined) return { url: mine, shortCircuit: true }
      const found = next(specifier, context)
      const load = context.parentURL === undefined ? null : loadOf(context.parentURL)
      const url = load !== null && isPersons(found.url) ? marked(found.url, load) : found.url
      return { ...found, url, ...(loadOf(url) !== null && { format: formatOf(url, found.format) }) }
    },
  })
}

/**
 * A package.json without a `type` leaves it open whether a .ts file is a module; one that imports is. JavaScript is read as
 * TypeScript is, since only that reader says where a text goes wrong.
 */
const formatOf = (url: string, found: string | null | undefined) =>
  found === 'module' || (found == null && /\.ts$/.test(new URL(url).pathname)) ? 'module-typescript' : found

const isPersons = (url: string): boolean =>
  url.startsWith('file:') && !isOwnModule(url) && !url.includes('/node_modules/')

const loadOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).searchParams.get(mark) : null)

function marked(href: string, load: string): string {
  const url = new URL(href)
  url.searchParams.set(mark, load)
  return url.href
}
