/**
 * `lake.faults`: things that break on purpose, so that a test sees what becomes of them. Each breaks at a border that lake.ts
 * hands to a part, as the real thing would: S3 does not take a delivery's object, an engine's child is killed in the middle of
 * its task, a shard's rate is exceeded, a disk has no room.
 */

import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'
import type { Random } from '../world/random.ts'
import { SeededRandom } from '../world/simulated/random.ts'

/** What breaks. */
export type Breaking =
  /** S3 does not take what the delivery stream of this name (any, if left out) delivers. Firehose tries again later. */
  | { readonly kind: 'delivery'; readonly name?: string }
  /** The engine's child dies while it runs a query, a job's script (`transform`), or any task. */
  | { readonly kind: 'engine'; readonly task?: 'query' | 'explain' | 'transform' | 'convert' }
  /** The shard (`shardId-000000000000`; any, if left out) of the stream takes no more: ProvisionedThroughputExceededException. */
  | { readonly kind: 'throttle'; readonly stream?: string; readonly shard?: string; readonly on?: 'write' | 'read' }
  /** The lake's disk is full. What is not taken is told to who wrote; with room the lake goes on. */
  | { readonly kind: 'disk' }

/** When it breaks: each time, unless the rule says less. */
export interface BreakingRule {
  /** So often, and then no more. */
  readonly times?: number
  /** Not the first so many times. */
  readonly after?: number
  /** In so many of all cases, from 0 to 1, drawn from `seed`. */
  readonly probability?: number
  /** 1, if left out. */
  readonly seed?: number
}

/** A rule that holds until it is lifted; `using` lifts it. */
export interface Broken extends Disposable {
  /** How often it broke something so far. */
  readonly hits: number
  lift(): void
}

const members: Readonly<Record<Breaking['kind'], readonly string[]>> = {
  delivery: ['kind', 'name'],
  engine: ['kind', 'task'],
  throttle: ['kind', 'stream', 'shard', 'on'],
  disk: ['kind'],
}

/** What a member may be, where that is not any name. */
const choices: Readonly<Record<string, readonly string[]>> = {
  task: ['query', 'explain', 'transform', 'convert'],
  on: ['write', 'read'],
}

/** Programs without types may give anything. Throws LakeMistake. */
function holdToKind(breaking: Breaking): void {
  const kind = (breaking as Breaking | null | undefined)?.kind
  if (kind === undefined || !Object.hasOwn(members, kind))
    throw new LakeMistake(`Nothing of the kind ${shown(kind)} can be broken: ${Object.keys(members).join(', ')}.`)
  refuseUnknown(`A fault of the kind ${kind}`, breaking, members[kind])
  for (const [name, value] of Object.entries(breaking)) {
    const allowed = choices[name]
    if (value === undefined || (allowed ? allowed.includes(value) : typeof value === 'string')) continue
    throw new LakeMistake(`${name} must be ${allowed ? allowed.join(' or ') : 'a name'}, not ${shown(value)}.`)
  }
  if (breaking.kind === 'throttle' && breaking.shard !== undefined && !/^shardId-\d{12}$/.test(breaking.shard))
    throw new LakeMistake(`shard must be a shard's id such as 'shardId-000000000000', not ${shown(breaking.shard)}.`)
}

/** Names of what is there, of which a fault may name one. */
export type Breakable = Readonly<Record<'delivery' | 'stream', () => ReadonlySet<string>>>

/**
 * A misspelt name would break nothing, and nobody would know why. What is to be made later cannot be told from it, so a name
 * is taken as long as none of its kind is there.
 */
function holdToNames(breaking: Breaking, breakable: Breakable): void {
  const [kind, name] =
    breaking.kind === 'delivery'
      ? (['delivery', breaking.name] as const)
      : (['stream', breaking.kind === 'throttle' ? breaking.stream : undefined] as const)
  if (name === undefined) return
  const there = breakable[kind]()
  if (there.size === 0 || there.has(name)) return
  throw new LakeMistake(
    `There is no ${kind === 'delivery' ? 'delivery stream' : 'stream'} ${shown(name)} that could break: there are ${[...there].sort().join(', ')}. Name one of these, or make it first.`,
  )
}

export class Faults {
  readonly #isOn: boolean
  readonly #breakable: Breakable
  readonly #rules = new Set<Rule>()

  constructor(isOn: boolean, breakable: Breakable) {
    this.#isOn = isOn
    this.#breakable = breakable
  }

  /**
   * Breaks something from now on.
   *
   *     using rule = lake.faults.inject({ kind: 'delivery', name: 'temperature-to-s3' }, { times: 2 })
   *     await lake.clock.advance({ minutes: 5 })
   *     assert.equal(rule.hits, 2)
   *
   *     lake.faults.inject({ kind: 'throttle', stream: 'temperature-stream' }, { probability: 0.3, seed: 7 })
   */
  inject(breaking: Breaking, rule: BreakingRule = {}): Broken {
    if (!this.#isOn) throw new LakeMistake('Nothing can be broken in this lake. Open it with faults: true.')
    holdToKind(breaking)
    holdToNames(breaking, this.#breakable)
    const made = new Rule(breaking, rule, () => this.#rules.delete(made))
    this.#rules.add(made)
    return made
  }

  /** Whether some rule of that kind is there, without asking it. */
  expects<Kind extends Breaking['kind']>(kind: Kind, matches: (breaking: Of<Kind>) => boolean = () => true): boolean {
    return this.#matching(kind, matches).length > 0
  }

  /** Whether it breaks now, by the first rule that says so. */
  breaks<Kind extends Breaking['kind']>(kind: Kind, matches: (breaking: Of<Kind>) => boolean = () => true): boolean {
    return this.#matching(kind, matches).some(rule => rule.breaks())
  }

  #matching<Kind extends Breaking['kind']>(kind: Kind, matches: (breaking: Of<Kind>) => boolean): readonly Rule[] {
    return [...this.#rules].filter(({ breaking }) => breaking.kind === kind && matches(breaking as Of<Kind>))
  }
}

type Of<Kind> = Extract<Breaking, { readonly kind: Kind }>

class Rule implements Broken {
  readonly breaking: Breaking
  readonly lift: () => void
  readonly #times: number
  readonly #after: number
  readonly #probability: number
  readonly #random: Random
  #asked = 0
  #hits = 0

  constructor(breaking: Breaking, rule: BreakingRule, lift: () => void) {
    refuseUnknown('A rule', rule, ['times', 'after', 'probability', 'seed'])
    const { times = Number.POSITIVE_INFINITY, after = 0, probability = 1, seed = 1 } = rule
    for (const [name, value] of Object.entries({ times, after }))
      if (!(value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 0)))
        throw new LakeMistake(`${name} must be a whole number from 0, not ${shown(value)}.`)
    if (!(probability >= 0 && probability <= 1))
      throw new LakeMistake(`probability must be a number from 0 to 1, not ${shown(probability)}.`)
    if (!Number.isSafeInteger(seed)) throw new LakeMistake(`seed must be a whole number, not ${shown(seed)}.`)
    this.breaking = breaking
    this.lift = lift
    this.#times = times
    this.#after = after
    this.#probability = probability
    this.#random = new SeededRandom(seed)
  }

  get hits(): number {
    return this.#hits
  }

  breaks(): boolean {
    if (this.#hits >= this.#times || this.#asked++ < this.#after) return false
    if (this.#probability < 1 && this.#random.fraction() >= this.#probability) return false
    this.#hits++
    return true
  }

  [Symbol.dispose](): void {
    this.lift()
  }
}
