// What a run's record says in words about what it did: figures that were measured, and whatever a person would want to
// know before trusting them.
import type { TransformResult } from '../../analyze/engine/request.ts'
import type { RunNumbers } from './job.ts'
import type { Publication, Published } from './outputs.ts'
import type { Plan } from './plan.ts'
import type { Selection } from './selection.ts'

export interface Account {
  readonly plan: Plan
  readonly selections: readonly Selection[]
  readonly numbers: RunNumbers
  readonly published: Published
  /** Absent when there was nothing to do. */
  readonly done?: Work
}

/** What a run did before its commit. */
export interface Work {
  readonly result: TransformResult
  readonly publication: Publication
  /** SQL over tables alone sees none: what counts is what its SELECT gave. */
  readonly seesRecords: boolean
  /** Of a module. */
  readonly log?: string
}

export function stateDetail({ plan, selections, numbers, published, done }: Account): string {
  const sentences: string[] = []
  if (!done) sentences.push('Nothing new: 0 records in, nothing written')
  else {
    const { result, publication } = done
    sentences.push(
      `${recordsOf(numbers, done.seesRecords)}, from ${count(numbers.objectsIn, 'object')} (${numbers.bytesIn} bytes)`,
      `${count(numbers.rowsWritten, 'row')} written to ${count(numbers.filesWritten, 'file')} (${numbers.bytesWritten} bytes) in ` +
        `${count(numbers.partitionsWritten, 'partition')} of ${targetName(result)}` +
        (result.target.kind === 'table' ? `, ${count(numbers.partitionsAdded, 'partition')} newly registered` : ''),
    )
    if (result.target.kind === 'table' && result.target.isReplaced)
      sentences.push(
        `${count(published.filesOverwritten, 'file')} of the table ${published.filesOverwritten === 1 ? 'was' : 'were'} replaced, ` +
          `${count(published.partitionsDropped, 'partition')} without rows unregistered`,
      )
    if (publication.deadLetters) sentences.push(`Dead letters: ${publication.deadLetters}`)
    if (result.missingDelimiter.length > 0)
      sentences.push(
        `In ${count(result.missingDelimiter.length, 'object')} records stand without a newline between them ` +
          `(first: ${result.missingDelimiter[0]}); each was read as a record of its own, but Spark would silently keep the ` +
          'first of each line: set AppendDelimiterToRecord in the delivery stream',
      )
  }
  const target = done?.result.target
  const isReplaced = target?.kind === 'table' && target.isReplaced === true
  const filesTakenBack = numbers.filesReplaced - published.filesOverwritten
  sentences.push(...bookmarkNotes(plan, selections, numbers, { filesTakenBack, isReplaced }))
  if (plan.withoutEffect.length > 0)
    sentences.push(`Arguments without effect on the embedded engine: ${plan.withoutEffect.join(', ')}`)
  const said = done?.log ? [logSentence(done.log)] : []
  return [`${sentences.join('. ')}.`, ...said].join(' ')
}

const recordsOf = ({ recordsIn, recordsOut, deadLetters }: RunNumbers, seesRecords: boolean) =>
  seesRecords
    ? `${count(recordsIn, 'record')} in = ${recordsOut} out + ${count(deadLetters, 'dead letter')}`
    : `${count(recordsIn, 'row')} of the SELECT`

/** As far as functions keep it: the last 4 KB. */
export const logSentence = (log: string) => `The module's log, its end:\n${log}`

function* bookmarkNotes(
  plan: Plan,
  selections: readonly Selection[],
  numbers: RunNumbers,
  { filesTakenBack, isReplaced }: { readonly filesTakenBack: number; readonly isReplaced: boolean },
): Iterable<string> {
  const total = (of: (selection: Selection) => number) => selections.reduce((sum, each) => sum + of(each), 0)
  if (plan.bookmark.kind === 'disable' && numbers.rowsWritten > 0 && !isReplaced)
    yield 'The bookmark is off: everything was processed, and what earlier runs wrote from it stays beside it, so running again makes duplicates'
  if (plan.bookmark.kind === 'pause' && numbers.rowsWritten > 0 && !isReplaced)
    yield 'The bookmark is paused and was not moved: what this run wrote is not replaced by later ones'
  if (filesTakenBack > 0)
    yield `${count(filesTakenBack, 'file')} that earlier runs wrote from the same inputs ${filesTakenBack === 1 ? 'was' : 'were'} replaced`
  const kept = total(({ kept }) => kept.length)
  if (kept > 0)
    yield `${count(kept, 'object')} ${kept === 1 ? 'stays' : 'stay'} as an earlier run processed them, because that run also read objects that are not there any more; its rows could not be made again`
  const changed = total(({ changed }) => changed)
  if (changed > 0)
    yield `${count(changed, 'object')} had another content when an earlier run processed them; the rows of that content stay`
  const left = total(({ left }) => left)
  if (left > 0)
    yield `${count(left, 'object')} ${left === 1 ? 'is' : 'are'} left for the next run, because one takes at most ${plan.objectsMax} (--BOUNDED_FILES)`
}

const targetName = ({ target }: TransformResult) =>
  target.kind === 'prefix' ? target.location : `table ${target.database}.${target.name}`

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
