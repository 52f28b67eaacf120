/**
 * How a package that is written depends on Biwa, so that `npm install` finds the very one that wrote it: by its version where it came
 * from npm's registry, otherwise by the place of the archive or of the folder that it was installed from.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../../version.ts'
import { home } from '../../world/own-files.ts'

/** Of a package in the directory `place`. */
export function biwaDependency(place: string, own = fileURLToPath(new URL('..', home))): string {
  const folder = own.endsWith(sep) ? own.slice(0, -sep.length) : own
  const modules = dirname(folder)
  const from = (path: string) => `file:${relative(place, path).split(sep).join('/')}`
  // Not below node_modules: a clone, or a folder that a link leads to.
  if (!modules.endsWith(`${sep}node_modules`)) return from(folder)
  const resolved = resolvedIn(resolve(modules, '.package-lock.json'))
  if (resolved === undefined || !resolved.startsWith('file:')) return version
  const archive = resolve(dirname(modules), resolved.slice('file:'.length))
  return existsSync(archive) ? from(archive) : from(folder)
}

/** npm's own note of where it took the package from; other package managers keep none. */
function resolvedIn(lock: string): string | undefined {
  if (!existsSync(lock)) return undefined
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
    readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>
  }
  return packages?.['node_modules/biwa']?.resolved
}
