/**
 * Everything that can be known of a definition before it runs: it is laid out in a lake of its own, which holds it to AWS's
 * rules with authentication enforced, its SQL is bound against its columns, its shards are sized by its load.
 *
 *     const { findings } = await checkDefinition(temperature)
 *     assert.deepEqual(findings.filter(({ level }) => level === 'mistake'), [])
 */
import { sizeStream } from '../collect/kinesis/sizing.ts'
import { adviceOf, type Finding } from '../define/advice.ts'
import { ApplyFailed } from '../define/apply.ts'
import type { LakeDefinition } from '../define/lake.ts'
import { DefinitionMistake } from '../define/mistake.ts'
import type { Stream } from '../define/parts/stream.ts'
import { type DerivedRole, rightsOf } from '../define/rights.ts'
import type { Lake } from '../in-process/lake.ts'
import { openLake } from '../lake.ts'
import { checkJob } from './bound-job.ts'

export interface Check {
  /** Mistakes first. */
  readonly findings: readonly Finding[]
  /** The roles that Biwa makes for the parts, with the least rights that they need. */
  readonly roles: readonly DerivedRole[]
}

const order = ['mistake', 'warning', 'note'] as const

export async function checkDefinition(definition: LakeDefinition): Promise<Check> {
  await using lake = await openLake({
    ...{ directory: 'temporary', clock: 'simulated', auth: 'enforced', region: definition.region },
  })
  const findings = [
    ...(await layOut(lake, definition)),
    ...adviceOf(definition),
    ...definition.parts.flatMap(part => (part.kind === 'stream' ? sizing(part) : [])),
  ]
  for (const part of definition.parts)
    if (part.kind === 'job') findings.push(...(await checkJob(part, (sql, tables) => lake.bind(sql, tables))))
  const roles = definition.parts.flatMap(part => rightsOf(part, definition, { account: lake.account }))
  return {
    findings: findings.toSorted((one, other) => order.indexOf(one.level) - order.indexOf(other.level)),
    roles,
  }
}

/** AWS's rules, by a lake that holds to them. */
async function layOut(lake: Lake, definition: LakeDefinition): Promise<readonly Finding[]> {
  try {
    await lake.apply(definition)
    return []
  } catch (cause) {
    if (cause instanceof ApplyFailed) {
      const { kind, name } = cause.step
      const said = cause.cause instanceof Error ? cause.cause.message : cause.message
      const why = /location-constraint/.test(said) ? `${said}: the lake's region is ${definition.region}` : said
      return [{ level: 'mistake', part: `${kind} ${name}`, text: `AWS would refuse it: ${why}` }]
    }
    if (cause instanceof DefinitionMistake)
      return [{ level: 'mistake', part: `lake ${definition.name}`, text: cause.message }]
    throw cause
  }
}

/** Of JSON: names, quotes and a number of usual length for each column. */
const bytesOfColumn = 24

function sizing({ name, load, shards, record }: Stream): readonly Finding[] {
  if (load === undefined) return []
  const part = `stream ${name}`
  const { devices, everySeconds, bytes = Object.keys(record).length * bytesOfColumn } = load
  const size = sizeStream({ devices, everySeconds, bytes })
  const needed = size.shardsForHashing ?? size.shards
  const told = `${devices} devices, ${bytes} bytes every ${everySeconds} s each`
  if (!size.device.fits)
    return [
      {
        level: 'mistake',
        part,
        text: `One device fills more than a shard (${size.device.binding}): ${told}. No number of shards helps; let it send less, or spread it over several keys.`,
      },
    ]
  if (shards === 'on-demand' || shards >= needed)
    return [{ level: 'note', part, text: `${told}: ${count(size.shards)} would do, bound by ${size.binding}.` }]
  const level = shards < size.shards ? 'mistake' : 'warning'
  return [
    {
      level,
      part,
      text: `${told} need ${count(needed)} (${size.binding}; ${size.shards} if keys were spread evenly), and it has ${shards}.`,
    },
  ]
}

const count = (shards: number) => `${shards} ${shards === 1 ? 'shard' : 'shards'}`
