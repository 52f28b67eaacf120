/**
 * Policy variables: `${aws:username}` in a resource or a condition's value, `${key, 'default'}`, and `${*}`, `${?}`, `${$}`
 * for the characters themselves. Only policies of version 2012-10-17 know them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import type { Context } from './context.ts'
import { compile, literal, type Pattern } from './wildcards.ts'

const variable = /\$\{([^}]*)\}/g

/** One template, resolved. Undefined when a variable has no value: then the statement does not match. */
export function resolve(template: string, context: Context, version: string): Pattern | undefined {
  if (version !== '2012-10-17' || !template.includes('${')) return compiled(template)
  const pattern: number[] = []
  let from = 0
  for (const found of template.matchAll(variable)) {
    pattern.push(...compile(template.slice(from, found.index)))
    const value = variableValue(found[1] ?? '', context)
    if (value === undefined) return undefined
    pattern.push(...literal(value))
    from = found.index + found[0].length
  }
  pattern.push(...compile(template.slice(from)))
  return pattern
}

/** Of templates without variables: a query asks about each of its objects, and to compile them anew takes half as long again. */
const known = new Map<string, Pattern>()
const knownMax = 4096

function compiled(template: string): Pattern {
  const found = known.get(template)
  if (found) return found
  if (known.size >= knownMax) known.clear()
  const pattern = compile(template)
  known.set(template, pattern)
  return pattern
}

/** The same for operators without wildcards. */
export function resolveText(template: string, context: Context, version: string): string | undefined {
  if (version !== '2012-10-17' || !template.includes('${')) return template
  let missing = false
  const text = template.replace(variable, (_, name: string) => {
    const value = variableValue(name, context)
    missing ||= value === undefined
    return value ?? ''
  })
  return missing ? undefined : text
}

function variableValue(expression: string, context: Context): string | undefined {
  if (expression === '*' || expression === '?' || expression === '$') return expression
  const parts = /^\s*([^,]+?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(expression)
  if (!parts?.[1]) return undefined
  const values = context.get(parts[1].toLowerCase())
  // A key with several values cannot stand for one.
  return values?.length === 1 ? values[0] : parts[2]
}
