/**
 * An Athena workgroup: where results go and how much a query may read.
 *
 *     workgroup('analysts', { results: bucket('results').prefix('athena/'), scanLimit: { gibibytes: 10 } })
 */
import { costTags } from '../cost-tags.ts'
import { DefinitionMistake, known, text, told, truth, wholeNumber } from '../mistake.ts'
import { named, workgroupName } from '../names.ts'
import { frozen, type Part, type Tagged } from '../part.ts'
import { type Bucket, type Location, locationOf } from './bucket.ts'

export interface WorkgroupOptions extends Tagged {
  readonly results: Location | Bucket
  /** A query that has read more is cancelled; 10 MB at least. */
  readonly scanLimit?: { readonly mebibytes: number } | { readonly gibibytes: number }
  /** Whether these settings go over a client's own. True unless said otherwise. */
  readonly enforced?: boolean
  readonly description?: string
}

export interface Workgroup extends Part {
  readonly kind: 'workgroup'
  readonly results: Location
  readonly scanBytesMax?: number
  readonly enforced: boolean
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
}

const mebibyte = 1_048_576
/** https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html */
const scanBytesMin = 10_000_000

export function workgroup(name: string, options: WorkgroupOptions): Workgroup {
  named("A workgroup's name", name, workgroupName)
  const what = `The workgroup ${name}`
  known(what, options, ['results', 'scanLimit', 'enforced', 'description', 'tags'])
  const { scanLimit, enforced = true, description } = options
  if (scanLimit !== undefined) {
    known(`${what}: scanLimit`, scanLimit, ['mebibytes', 'gibibytes'])
    if (Object.keys(scanLimit).length !== 1)
      throw new DefinitionMistake(`${what}: scanLimit is { mebibytes: 100 } or { gibibytes: 10 }, one of the two.`)
    for (const [unit, count] of Object.entries(scanLimit))
      if (!Number.isFinite(count))
        throw new DefinitionMistake(`${what}: the ${unit} of its scanLimit must be a number, not ${told(count)}.`)
  }
  truth(`${what}: enforced`, enforced)
  text(`${what}: description`, description, "'for the analysts'")
  if (name === 'primary')
    throw new DefinitionMistake(`${what} is in every account already, and AWS makes no other: give yours another name.`)
  const scanBytesMax =
    scanLimit && ('mebibytes' in scanLimit ? scanLimit.mebibytes * mebibyte : scanLimit.gibibytes * 1024 * mebibyte)
  if (scanBytesMax !== undefined && scanBytesMax < scanBytesMin)
    throw new DefinitionMistake(
      `${what}: its scanLimit is ${scanBytesMax} bytes, and Athena takes no less than ${scanBytesMin}: write { mebibytes: 10 } or more.`,
    )
  if (scanBytesMax !== undefined)
    wholeNumber(`${what}: the bytes of its scanLimit`, scanBytesMax, {
      min: scanBytesMin,
      max: Number.MAX_SAFE_INTEGER,
    })
  return frozen({
    kind: 'workgroup',
    name,
    results: locationOf(`${what}: results`, options.results),
    ...(scanBytesMax !== undefined && { scanBytesMax }),
    enforced,
    ...(description !== undefined && { description }),
    tags: costTags(what, options.tags),
  })
}
