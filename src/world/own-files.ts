/**
 * Where Biwa's own files lie that are started or handed on by their place: sources in the repository, bundles in the package.
 * Only this file knows which of the two it is.
 */

/** The package has `dist/*.js`, all of it in one directory but for what is started by itself. */
export const isSource = import.meta.url.endsWith('.ts')

/** `src/` or `dist/`. */
export const home = new URL(isSource ? '..' : '.', import.meta.url)

/** What a process or a thread begins with, which the package has as one file, at the same place. */
export const ownFile = (path: string): URL => new URL(`${path}.${isSource ? 'ts' : 'js'}`, home)
