// The functions of single values, but for those of dates and collections.
import { binaries } from './binaries.ts'
import { bitwise } from './bitwise.ts'
import { conditions } from './conditions.ts'
import { conversions } from './conversion.ts'
import type { FunctionTable } from './entry.ts'
import { jsons } from './json.ts'
import { numbers } from './numbers.ts'
import { regexps } from './regexp.ts'
import { strings } from './strings.ts'
import { urls } from './urls.ts'

export const scalars: readonly FunctionTable[] = [
  strings,
  regexps,
  urls,
  numbers,
  bitwise,
  conditions,
  conversions,
  binaries,
  jsons,
]
