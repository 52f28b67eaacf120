/**
 * A statement's Condition: every operator and every key must hold; of a key's values one is enough, and none may match
 * for the operators that say "not".
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 *
 *     key missing      false   but true for "not" operators, …IfExists and ForAllValues:
 *     ForAllValues:    every value of the request matches
 *     ForAnyValue:     at least one value of the request matches
 */
import { inRange } from './addresses.ts'
import type { Context } from './context.ts'
import { resolve, resolveText } from './variables.ts'
import { matches, matchesArn } from './wildcards.ts'

export interface Condition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

interface Operand {
  readonly given: string
  readonly template: string
  readonly context: Context
  readonly version: string
}
type Comparison = (operand: Operand) => boolean

const text =
  (compare: (given: string, wanted: string) => boolean): Comparison =>
  ({ given, template, context, version }) => {
    const wanted = resolveText(template, context, version)
    return wanted !== undefined && compare(given, wanted)
  }

const numbers = (compare: (given: number, wanted: number) => boolean): Comparison =>
  text((given, wanted) => given.trim() !== '' && wanted.trim() !== '' && compare(Number(given), Number(wanted)))

/** ISO 8601, or seconds since 1970. */
const instant = (value: string): number => (/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value))
const dates = (compare: (given: number, wanted: number) => boolean): Comparison =>
  text((given, wanted) => compare(instant(given), instant(wanted)))

const like: Comparison = ({ given, template, context, version }) => {
  const pattern = resolve(template, context, version)
  return pattern !== undefined && matches(pattern, given)
}
const arn: Comparison = ({ given, template, context, version }) => {
  const pattern = resolve(template, context, version)
  return pattern !== undefined && given.startsWith('arn:') && matchesArn(pattern, given)
}

interface Operator {
  readonly matches: Comparison
  /** Holds when nothing matches, also because the key is missing. */
  readonly negative: boolean
}
const positive = (comparison: Comparison): Operator => ({ matches: comparison, negative: false })
const negative = (comparison: Comparison): Operator => ({ matches: comparison, negative: true })

const sameText = text((given, wanted) => given === wanted)
const sameLetters = text((given, wanted) => given.toLowerCase() === wanted.toLowerCase())
const sameNumber = numbers((given, wanted) => given === wanted)
const sameDate = dates((given, wanted) => given === wanted)
const address = text(inRange)

const operators: Readonly<Record<string, Operator>> = {
  stringequals: positive(sameText),
  stringnotequals: negative(sameText),
  stringequalsignorecase: positive(sameLetters),
  stringnotequalsignorecase: negative(sameLetters),
  stringlike: positive(like),
  stringnotlike: negative(like),
  numericequals: positive(sameNumber),
  numericnotequals: negative(sameNumber),
  numericlessthan: positive(numbers((given, wanted) => given < wanted)),
  numericlessthanequals: positive(numbers((given, wanted) => given <= wanted)),
  numericgreaterthan: positive(numbers((given, wanted) => given > wanted)),
  numericgreaterthanequals: positive(numbers((given, wanted) => given >= wanted)),
  dateequals: positive(sameDate),
  datenotequals: negative(sameDate),
  datelessthan: positive(dates((given, wanted) => given < wanted)),
  datelessthanequals: positive(dates((given, wanted) => given <= wanted)),
  dategreaterthan: positive(dates((given, wanted) => given > wanted)),
  dategreaterthanequals: positive(dates((given, wanted) => given >= wanted)),
  bool: positive(sameLetters),
  binaryequals: positive(sameText),
  ipaddress: positive(address),
  notipaddress: negative(address),
  arnequals: positive(arn),
  arnlike: positive(arn),
  arnnotequals: negative(arn),
  arnnotlike: negative(arn),
}

interface ParsedOperator {
  readonly name: string
  readonly set: 'forallvalues' | 'foranyvalue' | undefined
  readonly ifExists: boolean
}

function parse(operator: string): ParsedOperator {
  const parts = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(operator.toLowerCase())
  const set = parts?.[1]
  return {
    name: parts?.[2] ?? '',
    set: set === 'forallvalues' || set === 'foranyvalue' ? set : undefined,
    ifExists: parts?.[3] !== undefined,
  }
}

export function isOperator(operator: string): boolean {
  const { name, ifExists } = parse(operator)
  return Object.hasOwn(operators, name) || (name === 'null' && !ifExists)
}

export function holds(condition: Condition, context: Context, version: string): boolean {
  const { name, set, ifExists } = parse(condition.operator)
  const given = context.get(condition.key.toLowerCase())
  if (name === 'null') return condition.values.some(value => (value.toLowerCase() === 'true') === (given === undefined))
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined
  if (!operator) return false
  if (given === undefined || given.length === 0)
    return set === 'forallvalues' || (set === undefined && operator.negative) || ifExists
  const meets = (value: string): boolean =>
    condition.values.some(template => operator.matches({ given: value, template, context, version })) !==
    operator.negative
  if (set === 'forallvalues') return given.every(meets)
  if (set === 'foranyvalue') return given.some(meets)
  // Several values without a set operator: a "not" must hold for all of them, anything else for one.
  return operator.negative ? given.every(meets) : given.some(meets)
}
