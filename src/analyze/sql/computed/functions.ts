// All functions that the engine's process computes itself.
import { bits } from './bits.ts'
import type { Computed } from './computed.ts'
import { digests } from './digests.ts'
import { distributions } from './distributions.ts'
import { formats } from './format.ts'
import { hashes } from './hashes.ts'
import { ipAddresses } from './ip-addresses.ts'
import { javaMaps } from './java-maps.ts'
import { jsons } from './json.ts'
import { jsonCasts } from './json-casts.ts'
import { likePatterns } from './like-pattern.ts'
import { numbers } from './numbers.ts'
import { numericHistograms } from './numeric-histogram.ts'
import { parseFaults } from './parse-fault.ts'
import { regexps } from './regexp.ts'
import { sizes } from './sizes.ts'
import { standardJsons } from './standard-json.ts'
import { texts } from './texts.ts'
import { urls } from './urls.ts'

const all: ReadonlyMap<string, Computed> = new Map(
  [
    bits,
    digests,
    distributions,
    hashes,
    ipAddresses,
    javaMaps,
    jsons,
    jsonCasts,
    likePatterns,
    numbers,
    numericHistograms,
    parseFaults,
    regexps,
    formats,
    sizes,
    standardJsons,
    texts,
    urls,
  ].flatMap(table => Object.entries(table)),
)

/** Their library takes a fifth of a second to load, which few statements ask for. */
const isOfGeometries = (name: string): boolean => name.startsWith('athena_geo_')

async function known(name: string): Promise<Computed | undefined> {
  if (!isOfGeometries(name)) return all.get(name)
  const { geometries } = await import('./geometry/geometries.ts')
  return Object.hasOwn(geometries, name) ? geometries[name as keyof typeof geometries] : undefined
}

/** Those that a text uses and that are not yet registered. */
export async function computedOf(
  text: string,
  registered: Set<string>,
): Promise<readonly (readonly [string, Computed])[]> {
  const found: (readonly [string, Computed])[] = []
  for (const [name] of text.matchAll(/\bathena_\w+(?=\()/g)) {
    if (registered.has(name)) continue
    const one = await known(name)
    if (one === undefined) continue
    registered.add(name)
    found.push([name, one])
  }
  return found
}
