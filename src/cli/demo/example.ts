/**
 * The lake of the demo is the example that readers copy, `examples/temperature/lake.ts`: loaded as their own files are, its
 * parts found by their names, which are those of the runbook that Biwa grew from.
 */
import type { AnyPart, LakeDefinition } from '../../define/lake.ts'
import { LakeMistake } from '../../world/mistake.ts'
import { home, isSource } from '../../world/own-files.ts'
import { loadDefinition } from '../definition-file.ts'

export const account = '000000000000'
export const region = 'ap-northeast-1'
export const rawBucket = 'temperature-data-bucket'
export const analyticsBucket = 'temperature-analytics-bucket'
export const stream = 'temperature-stream'
export const delivery = 'temperature-to-s3'
export const job = 'curate-temperature'
export const database = 'temperature'
export const table = 'device_telemetry'

export const query = `SELECT device_id, count(*) AS days, round(avg(temperature), 2) AS avg_temp, max(temperature) AS warmest_day
FROM device_telemetry
WHERE year = 2015 AND month = 7
GROUP BY device_id
ORDER BY avg_temp DESC`

/** Beside the sources, or compiled beside the compiled ones. */
const file = new URL(isSource ? '../examples/temperature/lake.ts' : 'examples/temperature/lake.js', home)

export const loadExample = (): Promise<LakeDefinition> =>
  loadDefinition(decodeURIComponent(file.pathname), { directory: '/' })

/** A part by its kind and name. */
export function partOf<K extends AnyPart['kind']>(
  { parts }: LakeDefinition,
  kind: K,
  name: string,
): Extract<AnyPart, { kind: K }> {
  const found = parts.find((part): part is Extract<AnyPart, { kind: K }> => part.kind === kind && part.name === name)
  if (!found) throw new LakeMistake(`The demo is about the ${kind} ${name}, which ${file.pathname} does not define.`)
  return found
}
