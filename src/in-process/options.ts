/** How a lake is opened: the options, held to what they may be, with what is used where one is left out. */
import { resolve } from 'node:path'
import { type Disk, RealDisk } from '../world/disk.ts'
import { type Log, SilentLog } from '../world/log.ts'
import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'
import { type Random, SystemRandom } from '../world/random.ts'
import { SeededRandom } from '../world/simulated/random.ts'
import { makeTemporaryDirectory, TemporaryDisk } from '../world/temporary.ts'
import { readInstant } from './instants.ts'

export interface LakeOptions {
  /**
   * Where everything is kept, made if it is missing; what was acknowledged there survives a power cut. Or `temporary`: under
   * the system's temporary directory, never synced, gone when the lake is closed. (A folder of that name is './temporary'.)
   */
  readonly directory: string
  /** `system` (the default) is the machine's own; `simulated` stands still until `lake.clock` moves it. */
  readonly clock?: 'system' | 'simulated'
  /** Where a simulated clock starts: an ISO 8601 instant with its offset, a Temporal.Instant, a Date, or milliseconds since 1970 UTC. Now, if left out. */
  readonly start?: string | number | Date | Temporal.Instant
  /** All that is random comes from this number, so that a run repeats itself. Not for secrets. */
  readonly seed?: number
  /** `open` (the default) takes every key at its word and listens on loopback only; `enforced` verifies and asks IAM. */
  readonly auth?: 'open' | 'enforced'
  /** Account of keys that name none; 000000000000 unless given. */
  readonly account?: string
  /** Region of requests that carry no credential scope; us-east-1 unless given. */
  readonly region?: string
  /** Lets `POST /_biwa/reset` empty the lake. */
  readonly allowReset?: boolean
  /** `aws` holds every Kinesis stream, the operations on them and direct puts to AWS's rates; a stream's tag `biwa:limits=aws` that stream alone. */
  readonly limits?: 'none' | 'aws'
  /** Whether `lake.transcript()` is kept, and how many of its last entries; 10,000 on a simulated clock, none on the system's, unless given. */
  readonly transcript?: boolean | { readonly entriesMax: number }
  /** Whether `lake.faults` may break things; on a simulated clock it may, unless given. */
  readonly faults?: boolean
  /** Who is told what happens; nobody unless given. */
  readonly log?: Log
  /** For tests of Biwa itself: another disk, another chance. */
  readonly disk?: Disk
  readonly random?: Random
}

const known: Readonly<Record<keyof LakeOptions, true>> = {
  directory: true,
  clock: true,
  start: true,
  seed: true,
  auth: true,
  account: true,
  region: true,
  allowReset: true,
  limits: true,
  transcript: true,
  faults: true,
  log: true,
  disk: true,
  random: true,
}

export const defaultAccount = '000000000000'
export const defaultRegion = 'us-east-1'
const entriesMaxUsual = 10_000

/** What the options come to. */
export interface Settings {
  readonly directory: string
  readonly isTemporary: boolean
  readonly clock: 'system' | 'simulated'
  /** Milliseconds since 1970 UTC, of a simulated clock; now, if undefined. */
  readonly startAt: number | undefined
  readonly enforced: boolean
  readonly account: string
  readonly region: string
  readonly allowReset: boolean
  readonly limits: 'aws' | undefined
  /** 0 keeps no transcript. */
  readonly transcriptEntriesMax: number
  readonly faults: boolean
  readonly log: Log
  readonly disk: Disk
  /** One for each part, so that what one part draws does not change what another gets. */
  readonly randomOf: (part: string) => Random
}

/** Makes the temporary directory, where that is asked for, and nothing else. Throws LakeMistake. */
export function settingsOf(options: LakeOptions): Settings {
  refuseUnknown('openLake', options, Object.keys(known))
  const nothing = Object.entries(options).find(([, value]) => value === null)?.[0]
  if (nothing !== undefined) throw new LakeMistake(`${nothing} must not be null: leave it out.`)
  const { directory, account = defaultAccount, region = defaultRegion } = options
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0'))
    throw new LakeMistake(
      `openLake needs a directory: a path, or 'temporary' for a lake that is gone when it is closed.`,
    )
  const clock = oneOf('clock', options.clock ?? 'system', ['system', 'simulated'])
  if (options.start !== undefined && clock === 'system')
    throw new LakeMistake("start goes with clock: 'simulated'. The system's clock starts where it is.")
  if (options.seed !== undefined && !Number.isSafeInteger(options.seed))
    throw new LakeMistake(`seed must be a whole number, not ${shown(options.seed)}.`)
  if (!(typeof account === 'string' && /^\d{12}$/.test(account)))
    throw new LakeMistake(`account must be 12 digits, not ${shown(account)}.`)
  checkRegion(region)
  const startAt = options.start === undefined ? undefined : readInstant('start', options.start)
  const auth = oneOf('auth', options.auth ?? 'open', ['open', 'enforced'])
  const limits = oneOf('limits', options.limits ?? 'none', ['none', 'aws'])
  const transcriptEntriesMax = entriesMaxOf(options.transcript ?? clock === 'simulated')
  const allowReset = switchOf('allowReset', options.allowReset ?? false)
  const faults = switchOf('faults', options.faults ?? clock === 'simulated')
  const log = options.log ?? new SilentLog()
  for (const [name, given] of Object.entries({ log, disk: options.disk, random: options.random }))
    if (given !== undefined) holdTo(name, given, needed[name as keyof typeof needed])
  const chance = randomOf(options)
  const isTemporary = directory === 'temporary'
  return {
    ...{ isTemporary, clock, startAt, account, region, transcriptEntriesMax },
    directory: isTemporary ? makeTemporaryDirectory() : resolve(directory),
    enforced: auth === 'enforced',
    limits: limits === 'aws' ? 'aws' : undefined,
    allowReset,
    faults,
    log,
    disk: options.disk ?? (isTemporary ? new TemporaryDisk() : new RealDisk()),
    randomOf: chance,
  }
}

export function checkRegion(region: string): void {
  if (typeof region === 'string' && /^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) return
  throw new LakeMistake(`region must be one of AWS's, such as ap-northeast-1, not ${shown(region)}.`)
}

function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find(one => one === value)
  if (found === undefined) throw new LakeMistake(`${name} is ${allowed.join(' or ')}, not ${shown(value)}.`)
  return found
}

function switchOf(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw new LakeMistake(`${name} is true or false, not ${shown(value)}.`)
}

type Methods<T> = Readonly<Record<keyof T & string, true>>

/** What a program may give instead of the lake's own, each with how one is written and the methods that it must have. */
const needed = {
  log: {
    such: 'a Log such as new ConsoleLog()',
    methods: { info: true, warn: true, error: true } satisfies Methods<Log>,
  },
  disk: {
    such: 'a Disk (only tests of Biwa itself need one: leave it out)',
    methods: {
      ...{ open: true, makeDirectory: true, syncDirectory: true, list: true, rename: true, remove: true },
      ...{ removeDirectory: true, size: true, database: true, lock: true },
    } satisfies Methods<Disk>,
  },
  random: {
    such: 'a Random (for chance that repeats itself give a seed: 1 instead)',
    methods: { bytes: true, hex: true, uuid: true, fraction: true } satisfies Methods<Random>,
  },
}

function holdTo(name: string, given: object, { such, methods }: (typeof needed)[keyof typeof needed]): void {
  const missing = Object.keys(methods).find(
    method => typeof (given as Readonly<Record<string, unknown>>)[method] !== 'function',
  )
  if (missing !== undefined)
    throw new LakeMistake(`${name} must be ${such}, and what was given, ${shown(given)}, has no ${missing}().`)
}

function entriesMaxOf(transcript: boolean | { readonly entriesMax: number }): number {
  if (typeof transcript === 'boolean') return transcript ? entriesMaxUsual : 0
  refuseUnknown('transcript', transcript, ['entriesMax'])
  const { entriesMax } = transcript
  if (Number.isSafeInteger(entriesMax) && entriesMax > 0) return entriesMax
  throw new LakeMistake(`transcript.entriesMax must be a whole number above 0, not ${shown(entriesMax)}.`)
}

function randomOf({ random, seed }: LakeOptions): (part: string) => Random {
  if (random !== undefined && seed !== undefined)
    throw new LakeMistake('seed and random both say where chance comes from: give one of them.')
  if (seed === undefined) {
    const one = random ?? new SystemRandom()
    return () => one
  }
  return part =>
    new SeededRandom([...part].reduce((mixed, letter) => Math.imul(mixed ^ letter.charCodeAt(0), 16777619), seed))
}
