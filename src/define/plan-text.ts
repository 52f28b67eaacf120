/**
 * A plan as text, a line a step, with the counts last:
 *
 *     + stream    temperature-stream  1 shard
 *     ~ delivery  temperature-to-s3   buffer.seconds 60 -> 120
 *
 *     1 to create, 1 to change, 6 unchanged.
 */
import type { Change } from './changes.ts'
import type { Act, Plan, Step } from './plan.ts'

const signs: Readonly<Record<Act, string>> = { create: '+', change: '~', replace: '!', remove: '-', keep: '=' }
const counted: readonly (readonly [Act, string])[] = [
  ['create', 'to create'],
  ['change', 'to change'],
  ['replace', 'to replace'],
  ['remove', 'to remove'],
]

const columnMax = 40

export function planText({ lake, steps }: Plan): string {
  const shown = steps.filter(({ act, warning }) => act !== 'keep' || warning !== undefined)
  // A name that is far longer than the others is no reason to move them all to the right.
  const width = (of: (step: Step) => string) =>
    Math.max(0, ...shown.map(step => of(step).length).filter(length => length <= columnMax))
  const [kinds, names] = [width(({ kind }) => kind), width(({ name }) => name)]
  const lines = shown.flatMap(step => {
    const head = `${signs[step.act]} ${step.kind.padEnd(kinds)}  ${step.name.padEnd(names)}`
    const indent = ' '.repeat(head.length)
    const [first = '', ...rest] = detailOf(step)
    return [`${head}  ${first}`.trimEnd(), ...rest.map(line => `${indent}  ${line}`)]
  })
  return [...lines, ...(lines.length > 0 ? [''] : []), countsOf(lake, steps)].join('\n')
}

function detailOf({ act, changes, summary, reason, holds, warning }: Step): readonly string[] {
  return [
    ...(act === 'create' && summary !== '' ? [summary] : []),
    ...changes.map(changeText),
    ...(reason !== undefined ? [`made anew: ${reason}`] : []),
    ...(act === 'replace' && holds !== undefined ? [`it holds ${holds}`] : []),
    ...(act === 'remove' && holds !== undefined ? [`with its ${holds}`] : []),
    ...(warning !== undefined ? [warning] : []),
  ]
}

function changeText({ path, from, to }: Change): string {
  if (from === undefined) return `${path} + ${valueText(to)}`
  if (to === undefined) return `${path} - ${valueText(from)}`
  return isLong(from) || isLong(to) ? `${path} changed` : `${path} ${valueText(from)} -> ${valueText(to)}`
}

/** Texts of several lines, and what would fill the screen. */
const lengthMax = 100
const isLong = (value: unknown) =>
  valueText(value).length > lengthMax || (typeof value === 'string' && value.includes('\n'))

const valueText = (value: unknown): string =>
  typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)

function countsOf(lake: string, steps: readonly Step[]): string {
  const count = (wanted: Act) => steps.filter(({ act }) => act === wanted).length
  const parts = counted.flatMap(([act, words]) => (count(act) > 0 ? [`${count(act)} ${words}`] : []))
  const unchanged = steps.filter(({ act, wanted }) => act === 'keep' && wanted !== undefined).length
  const staying = count('keep') - unchanged
  if (staying > 0) parts.push(`${staying} left in place`)
  if (parts.length === 0) return `The lake ${lake} is as defined: nothing to do (${unchanged} unchanged).`
  return `${[...parts, ...(unchanged > 0 ? [`${unchanged} unchanged`] : [])].join(', ')}.`
}
