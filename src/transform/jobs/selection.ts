// Which objects a run takes. Every object under the source is held against what the job remembers of it:
//
//   unknown, or its content changed      new: it is taken
//   remembered and done                  not taken
//   remembered, to be taken again        only together with all that the run read which took it then, because what
//   (the bookmark was reset)             that run wrote is replaced as a whole; else it stays as it is
//
// Listings are read in pages. Only what is taken is held, and of that no more than `objectsMax`, the oldest first.
import type { Ledger } from '../../durable/ledger.ts'
import type { InputObject, Objects } from './ports.ts'

export interface Taken {
  readonly object: InputObject
  /** Where it was listed: an index into the folders asked for. */
  readonly folder: number
  readonly context: string
}

export interface Selection {
  /** In order of their modification. */
  readonly taken: readonly Taken[]
  /** Runs all of whose inputs are taken again: what they wrote is to be removed. */
  readonly replacedRuns: readonly number[]
  /** Objects that are to stay as an earlier run took them, because not all that it read is there any more. */
  readonly kept: readonly Taken[]
  /** Of those taken: had been taken before with another content, whose rows stay. */
  readonly changed: number
  /** Would have been taken, but the run takes no more than its limit. */
  readonly left: number
}

export interface Folder {
  readonly bucket: string
  /** Ends with a slash unless empty. */
  readonly prefix: string
}

interface Candidate extends Taken {
  /** The run that took it before and whose outputs hold it; undefined for what is new or changed. */
  readonly owner: number | undefined
  readonly changed: boolean
}
interface Remembered {
  readonly key: string
  readonly etag: string
  readonly run: number
  readonly done: number
  readonly modified_at: number
}

const pageKeys = 1000
/** A long listing lets others have their turn between its pages. */
const nextTurn = () => new Promise(resolve => setImmediate(resolve))

export interface SelectionRequest {
  readonly s3: Pick<Objects, 'list' | 'latest'>
  readonly ledger: Pick<Ledger, 'all' | 'get'>
  readonly job: number
  readonly context: string
  readonly folders: readonly Folder[]
  readonly objectsMax: number
}

/** Everything that is there, whatever was taken before. More than the limit is an answer, not an error: see `left`. */
export async function selectAll(request: SelectionRequest): Promise<Selection> {
  const oldest = new Oldest(request.objectsMax)
  for await (const taken of listed(request)) oldest.add({ ...taken, owner: undefined, changed: false })
  return { taken: oldest.inOrder(), replacedRuns: [], kept: [], changed: 0, left: oldest.left }
}

/** What was taken by the runs after `from` up to and with `to`. */
export async function selectBetween(request: SelectionRequest, from: number, to: number): Promise<Selection> {
  const oldest = new Oldest(request.objectsMax)
  for await (const { taken, before } of compared(request))
    if (before && before.run > from && before.run <= to) oldest.add({ ...taken, owner: undefined, changed: false })
  return { taken: oldest.inOrder(), replacedRuns: [], kept: [], changed: 0, left: oldest.left }
}

export async function selectNew(request: SelectionRequest): Promise<Selection> {
  const oldest = new Oldest(request.objectsMax)
  const found = new Map<number, number>()
  for await (const { taken, before } of compared(request)) {
    // The same bytes written again are the same input: taking them would put every record there twice. (Glue, which
    // looks at the time alone, takes them.)
    const changed = before !== undefined && before.etag !== taken.object.etag
    if (before?.done && !changed) continue
    const owner = before && !before.done ? before.run : undefined
    if (owner !== undefined) found.set(owner, (found.get(owner) ?? 0) + 1)
    oldest.add({ ...taken, owner, changed })
  }
  return settle(request, oldest, found)
}

/** Decides what becomes of the objects that an earlier run took: a run is repeated as a whole or not at all. */
function settle(request: SelectionRequest, oldest: Oldest, found: ReadonlyMap<number, number>): Selection {
  const candidates = oldest.inOrder()
  const within = new Map<number, number>()
  for (const { owner } of candidates) if (owner !== undefined) within.set(owner, (within.get(owner) ?? 0) + 1)
  const fates = new Map<number, 'replaced' | 'kept' | 'left'>()
  for (const [run, count] of within) {
    const whole = found.get(run) === inputsOf(request, run) || !hasOutputs(request, run)
    fates.set(run, !whole ? 'kept' : count === found.get(run) ? 'replaced' : 'left')
  }
  const fateOf = ({ owner }: Candidate) => (owner === undefined ? 'new' : fates.get(owner))
  // An object whose run stays as it is, but whose content is another by now, is taken as any changed one.
  const isTaken = (each: Candidate) =>
    fateOf(each) === 'new' || fateOf(each) === 'replaced' || (fateOf(each) === 'kept' && each.changed)
  const taken = candidates.filter(isTaken)
  return {
    taken,
    replacedRuns: [...fates].filter(([, fate]) => fate === 'replaced').map(([run]) => run),
    kept: candidates.filter(each => fateOf(each) === 'kept' && !each.changed),
    changed: taken.filter(each => each.changed && fateOf(each) !== 'replaced').length,
    left: oldest.left + candidates.filter(each => fateOf(each) === 'left').length,
  }
}

async function* compared(request: SelectionRequest): AsyncIterable<{ taken: Taken; before: Remembered | undefined }> {
  for (const [folder, { bucket, prefix }] of request.folders.entries()) {
    for (let after = ''; ; ) {
      const page = request.s3.list(bucket, prefix, after, pageKeys)
      const last = page.at(-1)
      if (!last) break
      const remembered = request.ledger.all<Remembered>(
        `SELECT key, etag, run, done, modified_at FROM glue_job_input
         WHERE job = ? AND context = ? AND bucket = ? AND key > ? AND key <= ?`,
        request.job,
        request.context,
        bucket,
        after,
        last.key,
      )
      const byKey = new Map(remembered.map(row => [row.key, row]))
      for (const object of page)
        if (isData(object, prefix))
          yield { taken: { object, folder, context: request.context }, before: byKey.get(object.key) }
      if (page.length < pageKeys) break
      after = last.key
      await nextTurn()
    }
  }
}

async function* listed({ s3, folders, context }: SelectionRequest): AsyncIterable<Taken> {
  for (const [folder, { bucket, prefix }] of folders.entries())
    for (let after = ''; ; ) {
      const page = s3.list(bucket, prefix, after, pageKeys)
      for (const object of page) if (isData(object, prefix)) yield { object, folder, context }
      const last = page.at(-1)
      if (!last || page.length < pageKeys) break
      after = last.key
      await nextTurn()
    }
}

/** Empty objects, folder markers, and what begins with `_` or `.` (Hive's rule: `_SUCCESS`, `.crc`) are no data. */
export function isData({ key, bytes }: InputObject, prefix: string): boolean {
  if (bytes === 0 || key.endsWith('/')) return false
  return !key
    .slice(prefix.length)
    .split('/')
    .some(part => part.startsWith('_') || part.startsWith('.'))
}

const inputsOf = ({ ledger, job }: SelectionRequest, run: number): number =>
  ledger.get<{ n: number }>('SELECT count(*) AS n FROM glue_job_input WHERE job = ? AND run = ?', job, run)?.n ?? 0

/** Whether anything that the run wrote is still there as it wrote it. */
function hasOutputs({ ledger, s3, job }: SelectionRequest, run: number): boolean {
  const sql = 'SELECT bucket, key, blob FROM glue_job_output WHERE job = ? AND run = ?'
  const rows = ledger.all<{ bucket: string; key: string; blob: string }>(sql, job, run)
  return rows.some(({ bucket, key, blob }) => s3.latest(bucket, key)?.blob === blob)
}

/** The `limit` candidates that were modified first; what is more is only counted. */
class Oldest {
  readonly #limit: number
  #held: Candidate[] = []
  left = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(candidate: Candidate): void {
    this.#held.push(candidate)
    if (this.#held.length >= 2 * this.#limit) this.#cut()
  }

  inOrder(): readonly Candidate[] {
    this.#cut()
    return this.#held
  }

  #cut(): void {
    this.#held.sort((a, b) => a.object.modifiedAt - b.object.modifiedAt || (a.object.key < b.object.key ? -1 : 1))
    this.left += Math.max(0, this.#held.length - this.#limit)
    this.#held = this.#held.slice(0, this.#limit)
  }
}
