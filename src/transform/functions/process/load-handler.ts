/**
 * Finds the function that a handler names: `index.handler`, `dir/file.nested.handler`. The order of extensions, what is
 * CommonJS and what a module, and the errors are those of AWS's runtime.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RuntimeError } from './errors.ts'

export type Handler = (event: unknown, context: unknown, callback: unknown) => unknown

export async function loadHandler(root: string, handler: string): Promise<Handler> {
  if (handler.includes('..'))
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    )
  const last = basename(handler)
  const [, module, property] = /^([^.]*)\.(.*)$/.exec(last) ?? []
  if (module === undefined || property === undefined) throw new RuntimeError('MalformedHandlerName', 'Bad handler')
  const loaded = await load(root, join(dirname(handler), module))
  const found = property.split('.').reduce<unknown>((object, key) => propertyOf(object, key), loaded)
  if (found === undefined || found === null)
    throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`)
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${handler} is not a function`)
  return found as Handler
}

async function load(root: string, path: string): Promise<unknown> {
  try {
    return await loadFile(root, path)
  } catch (cause) {
    const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
    if (cause instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', `SyntaxError: ${message}`, cause)
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND')
      throw new RuntimeError('ImportModuleError', `Error: ${message}`, cause)
    throw cause
  }
}

async function loadFile(root: string, path: string): Promise<unknown> {
  const require = createRequire(join(root, 'noop.js'))
  const whole = resolve(root, path)
  const isModule = typeOf(root, dirname(whole)) === 'module'
  const candidates: readonly (readonly [string, 'require' | 'import'])[] = [
    ['', 'require'],
    ['.js', isModule ? 'import' : 'require'],
    ['.mjs', 'import'],
    ['.cjs', 'require'],
  ]
  for (const [extension, way] of candidates) {
    const file = whole + extension
    if (!existsSync(file)) continue
    return way === 'require' ? require(file) : await import(pathToFileURL(file).href)
  }
  // As AWS does: a package among node_modules may hold the handler.
  return require(require.resolve(path, { paths: [root, dirname(whole)] }))
}

/** The `type` of the nearest package.json, up to the root of the code. */
function typeOf(root: string, folder: string): unknown {
  const file = join(folder, 'package.json')
  if (existsSync(file)) {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { readonly type?: unknown } | null)?.type
    } catch {
      return undefined
    }
  }
  return folder.length <= root.length ? undefined : typeOf(root, dirname(folder))
}

function propertyOf(object: unknown, key: string): unknown {
  return object === undefined || object === null ? undefined : (object as Record<string, unknown>)[key]
}
