/**
 * Holds a parsed input against its shape and says what is wrong in AWS's words, all at once:
 * `2 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: Member must have length greater
 * than or equal to 1; …`. Types were settled by the protocol's parser; this is about presence and constraints.
 *
 * Nearly all inputs are sound, and some hold thousands of values. So each shape is made into a test once, which answers
 * yes or no (`soundness`); only where it says no, `check` walks the input again for the words.
 */
import type { Members, Shape } from './shape.ts'

/** AWS's message, or undefined when the input is sound. */
export function validate(members: Members, input: Readonly<Record<string, unknown>>): string | undefined {
  if (membersTest(members)(input)) return undefined
  const problems: string[] = []
  checkMembers(members, input, '', problems)
  if (problems.length === 0) return undefined
  return `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`
}

type Test = (value: unknown) => boolean

const membersTests = new WeakMap<Members, Test>()
function membersTest(members: Members): Test {
  let test = membersTests.get(members)
  if (test === undefined) {
    test = makeMembersTest(members)
    membersTests.set(members, test)
  }
  return test
}

function makeMembersTest(members: Members): Test {
  const tests = Object.entries(members).map(([name, shape]) => ({
    name,
    optional: shape.optional === true,
    sound: soundness(shape),
  }))
  return value => {
    const given = value as Readonly<Record<string, unknown>>
    for (const { name, optional, sound } of tests) {
      const member = given[name]
      if (member === undefined ? !optional : sound !== undefined && !sound(member)) return false
    }
    return true
  }
}

/** Undefined where every value is sound. May say no to a sound value, never yes to one that `check` finds fault with. */
function soundness(shape: Shape): Test | undefined {
  switch (shape.kind) {
    case 'string': {
      const { pattern } = shape
      const values = shape.values && new Set<string>(shape.values)
      const length = boundsTest(shape)
      if (pattern === undefined && values === undefined) return length && (value => length((value as string).length))
      return value =>
        (values === undefined || values.has(value as string)) &&
        (length === undefined || length((value as string).length)) &&
        (pattern === undefined || expression(pattern).test(value as string))
    }
    case 'integer':
    case 'long':
    case 'double': {
      const bounds = boundsTest(shape)
      return bounds && (value => bounds(value as number))
    }
    case 'blob': {
      const bounds = boundsTest(shape)
      return bounds && (value => bounds((value as Uint8Array).length))
    }
    case 'list': {
      const bounds = boundsTest(shape)
      const sound = soundness(shape.of)
      if (bounds === undefined && sound === undefined) return undefined
      return value => {
        if (!Array.isArray(value)) return true // packed: whoever packed it has looked
        const items: readonly unknown[] = value
        if (bounds !== undefined && !bounds(items.length)) return false
        if (sound !== undefined) for (const item of items) if (!sound(item)) return false
        return true
      }
    }
    case 'structure': {
      if (shape.union) return () => false
      const { members } = shape
      let test: Test | undefined
      return value => {
        test ??= membersTest(members) // only now: a structure may hold itself
        return test(value)
      }
    }
    case 'map':
      return value => Object.keys(value as object).length === 0 && (shape.min ?? 0) === 0
    default:
      return undefined
  }
}

function boundsTest({ min, max }: Bounds): ((number: number) => boolean) | undefined {
  if (min === undefined && max === undefined) return undefined
  const low = min ?? Number.NEGATIVE_INFINITY
  const high = max ?? Number.POSITIVE_INFINITY
  return number => number >= low && number <= high
}

/** Messages stop growing here, however much is wrong. */
const problemsMax = 10

function checkMembers(members: Members, value: Readonly<Record<string, unknown>>, path: string, problems: string[]) {
  for (const name in members) {
    const shape = members[name] as Shape
    const member = value[name]
    if (member === undefined) {
      if (!shape.optional) fail(problems, null, path + lowerFirst(name), 'Member must not be null')
    } else if (constrained(shape)) check(shape, member, path + lowerFirst(name), problems)
  }
}

/** Members without any constraint below them are not walked: most of a large request is such. */
function constrained(shape: Shape): boolean {
  switch (shape.kind) {
    case 'boolean':
    case 'timestamp':
    case 'document':
    case 'stream':
      return false
    default:
      return true
  }
}

function check(shape: Shape, value: unknown, path: string, problems: string[]): void {
  if (problems.length >= problemsMax) return
  switch (shape.kind) {
    case 'string': {
      const text = value as string
      if (shape.values && !shape.values.includes(text))
        fail(problems, text, path, `Member must satisfy enum value set: [${shape.values.join(', ')}]`)
      // AWS tells of the pattern and of the length, in this order. A pattern is not tried on a text that is too long for it.
      const short = text.length <= (shape.max ?? Number.POSITIVE_INFINITY)
      if (short && shape.pattern !== undefined && !expression(shape.pattern).test(text))
        fail(problems, text, path, `Member must satisfy regular expression pattern: ${shape.pattern}`)
      checkLength(shape, text.length, text, path, problems)
      return
    }
    case 'integer':
    case 'long':
    case 'double': {
      const number = value as number
      if (shape.min !== undefined && number < shape.min)
        fail(problems, number, path, `Member must have value greater than or equal to ${shape.min}`)
      if (shape.max !== undefined && number > shape.max)
        fail(problems, number, path, `Member must have value less than or equal to ${shape.max}`)
      return
    }
    case 'blob':
      checkLength(shape, (value as Uint8Array).length, '[binary]', path, problems)
      return
    case 'list': {
      if (!Array.isArray(value)) return // packed
      const items: readonly unknown[] = value
      checkLength(shape, items.length, shown(shape, items), path, problems)
      if (!constrained(shape.of)) return
      for (let i = 0; i < items.length; i++) check(shape.of, items[i], `${path}.${i + 1}.member`, problems)
      return
    }
    case 'map': {
      const entries = Object.entries(value as Readonly<Record<string, unknown>>)
      checkLength(shape, entries.length, shown(shape, value), path, problems)
      for (const [key, item] of entries) {
        if (shape.key) check(shape.key, key, `${path}.key`, problems)
        check(shape.of, item, `${path}.${key}.member`, problems)
      }
      return
    }
    case 'structure': {
      const members = value as Readonly<Record<string, unknown>>
      checkMembers(shape.union ? {} : shape.members, members, `${path}.`, problems)
      if (!shape.union) return
      const present = Object.keys(members)
      if (present.length !== 1)
        fail(problems, `[${present.join(', ')}]`, path, 'Exactly one member of the union must be set')
      for (const name of present)
        check(shape.members[name] as Shape, members[name], `${path}.${lowerFirst(name)}`, problems)
      return
    }
    default:
      return
  }
}

/**
 * A list or a map as AWS prints it, which is as Java does: `[a, b]`, `{a=1, b=2}`. Of structures AWS prints the names of
 * its own classes: what holds some is told by what it is.
 */
function shown(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'list': {
      const items = value as readonly unknown[]
      if (items.length > 0 && !isPlain(shape)) return '[list]'
      return `[${items
        .slice(0, shownMax)
        .map(item => shown(shape.of, item))
        .join(', ')}]`
    }
    case 'map': {
      const entries = Object.entries(value as Readonly<Record<string, unknown>>)
      if (entries.length > 0 && !isPlain(shape)) return '[map]'
      return `{${entries
        .slice(0, shownMax)
        .map(([key, item]) => `${key}=${shown(shape.of, item)}`)
        .join(', ')}}`
    }
    default:
      return String(value)
  }
}

function isPlain(shape: Shape): boolean {
  if (shape.sensitive === true) return false
  switch (shape.kind) {
    case 'string':
    case 'integer':
    case 'long':
    case 'double':
    case 'boolean':
      return true
    case 'list':
    case 'map':
      return isPlain(shape.of)
    default:
      return false
  }
}

interface Bounds {
  readonly min?: number
  readonly max?: number
}

function checkLength(bounds: Bounds, length: number, shown: string, path: string, problems: string[]) {
  if (bounds.min !== undefined && length < bounds.min)
    fail(problems, shown, path, `Member must have length greater than or equal to ${bounds.min}`)
  if (bounds.max !== undefined && length > bounds.max)
    fail(problems, shown, path, `Member must have length less than or equal to ${bounds.max}`)
}

function fail(problems: string[], value: unknown, path: string, constraint: string) {
  if (problems.length >= problemsMax) return
  const text = value === null ? 'null' : `'${shorten(String(value))}'`
  problems.push(`Value ${text} at '${path}' failed to satisfy constraint: ${constraint}`)
}

const shownMax = 256
const shorten = (text: string) => (text.length > shownMax ? `${text.slice(0, shownMax)}…` : text)
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

const expressions = new Map<string, RegExp>()
/** AWS's patterns hold for the whole value. */
function expression(pattern: string): RegExp {
  const known = expressions.get(pattern)
  if (known) return known
  let made: RegExp
  try {
    made = new RegExp(`^(?:${pattern})$`, 'u')
  } catch {
    made = new RegExp(`^(?:${pattern})$`) // AWS's own patterns are Java's; some escape what `u` forbids
  }
  expressions.set(pattern, made)
  return made
}
