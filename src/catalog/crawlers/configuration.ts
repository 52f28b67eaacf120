// A crawler's Configuration: JSON that says how schemas are grouped and how existing tables are changed. What it says
// is done or refused by name; nothing in it is passed over.
import { InvalidInputException } from './faults.ts'

export interface CrawlConfiguration {
  /** All that has one format and compatible columns is one table. */
  readonly combine: boolean
  /** The level of the folders that are tables; the bucket is 1. */
  readonly tableLevel?: number
  /** New columns are added, columns that are not seen any more stay. */
  readonly mergeColumns: boolean
  /** Partitions have their table's columns and formats instead of their own. */
  readonly inherit: boolean
}

type Reader = (value: unknown) => Partial<CrawlConfiguration>

const accepted: Readonly<Record<string, Reader>> = {
  Version: value => {
    if (value !== 1) throw invalid(`Version must be 1.0, not ${JSON.stringify(value)}`)
    return {}
  },
  'CrawlerOutput.Partitions.AddOrUpdateBehavior': only('InheritFromTable', { inherit: true }),
  'CrawlerOutput.Tables.AddOrUpdateBehavior': only('MergeNewColumns', { mergeColumns: true }),
  'Grouping.TableGroupingPolicy': only('CombineCompatibleSchemas', { combine: true }),
  'Grouping.TableLevelConfiguration': value => {
    if (!Number.isInteger(value) || Number(value) < 1)
      throw invalid('TableLevelConfiguration must be a whole number from 1 on')
    return { tableLevel: Number(value) }
  },
  // Partitions are always found by their values: there is no index to make, and none is missing.
  CreatePartitionIndex: value => {
    if (typeof value !== 'boolean') throw invalid('CreatePartitionIndex must be true or false')
    return {}
  },
}

export function parseConfiguration(text: string | undefined): CrawlConfiguration {
  let configuration: CrawlConfiguration = { combine: false, mergeColumns: false, inherit: false }
  if (text === undefined || text === '') return configuration
  for (const [path, value] of leaves(parsed(text))) {
    const read = accepted[path]
    if (!read) throw invalid(`${path} is not supported; these are: ${Object.keys(accepted).join(', ')}`)
    configuration = { ...configuration, ...read(value) }
  }
  return configuration
}

function parsed(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(`it is no JSON (${(cause as Error).message})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it must be a JSON object')
  return value
}

function* leaves(value: object, path = ''): Iterable<readonly [path: string, value: unknown]> {
  for (const [key, inner] of Object.entries(value)) {
    const name = path + key
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) yield* leaves(inner, `${name}.`)
    else yield [name, inner]
  }
}

function only(word: string, effect: Partial<CrawlConfiguration>): Reader {
  return value => {
    if (value !== word) throw invalid(`${JSON.stringify(value)} is not supported there, only ${word}`)
    return effect
  }
}

const invalid = (why: string) => new InvalidInputException(`The crawler's Configuration is not valid: ${why}.`)
