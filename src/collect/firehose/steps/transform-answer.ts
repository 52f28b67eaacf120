// Reads what a transforming function answered: a verdict for each record of its batch.
// https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
//
//   { records: [ { recordId, result: 'Ok' | 'Dropped' | 'ProcessingFailed', data? (base64), metadata?: { partitionKeys } } ] }

export type Verdict =
  | { readonly kind: 'ok'; readonly data: Uint8Array; readonly keys: Readonly<Record<string, string>> }
  | { readonly kind: 'dropped' }
  | BatchFailure

export interface BatchFailure {
  readonly kind: 'failed'
  readonly code: string
  readonly message: string
}

export const functionError: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.FunctionError',
  message: 'The Lambda function was successfully invoked but it returned an error result.',
}
const missing: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.MissingRecordId',
  message: 'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
}
const duplicated: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.DuplicatedRecordId',
  message:
    'Multiple records were returned with the same record Id. ' +
    'Ensure that the Lambda function returns a unique record Id for each record.',
}
const processingFailed: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.ProcessingFailedStatus',
  message: 'ProcessingFailed status set for record',
}
const unreadable: BatchFailure = {
  kind: 'failed',
  code: 'Lambda.JsonProcessingException',
  message:
    'There was an error parsing returned records from the Lambda function. ' +
    'Ensure that the returned records follow the status model required by Amazon Data Firehose.',
}

/** `ids` are those of the event, in the order of the records. */
export function readAnswer(payload: Uint8Array, ids: readonly string[]): readonly Verdict[] {
  const returned = new Map<string, Verdict>()
  for (const entry of entriesOf(payload)) {
    const id = idOf(entry)
    if (id === undefined) continue
    const verdict = verdictOf(entry)
    // One entry that is not of the form makes the whole answer worthless, as in AWS.
    if (verdict === unreadable || verdict === functionError) return ids.map(() => verdict)
    returned.set(id, returned.has(id) ? duplicated : verdict)
  }
  return ids.map(id => returned.get(id) ?? missing)
}

function entriesOf(payload: Uint8Array): readonly unknown[] {
  try {
    const answer: unknown = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString())
    const records = isObject(answer) ? answer.records : undefined
    return Array.isArray(records) ? records : []
  } catch {
    return []
  }
}

const idOf = (entry: unknown): string | undefined =>
  isObject(entry) && typeof entry.recordId === 'string' ? entry.recordId : undefined

function verdictOf(entry: unknown): Verdict {
  if (!isObject(entry)) return unreadable
  const { result, data, metadata } = entry
  if (result === 'Dropped') return { kind: 'dropped' }
  if (result === 'ProcessingFailed') return processingFailed
  if (result !== 'Ok' || typeof data !== 'string') return unreadable
  const bytes = base64(data)
  return bytes === undefined ? functionError : { kind: 'ok', data: bytes, keys: keysOf(metadata) }
}

function base64(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64') : undefined
}

/** Those that are texts, numbers or booleans; what else there is cannot be part of a prefix. */
function keysOf(metadata: unknown): Readonly<Record<string, string>> {
  const keys = isObject(metadata) ? metadata.partitionKeys : undefined
  if (!isObject(keys)) return {}
  const usable = Object.entries(keys).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return Object.fromEntries(usable.map(([name, value]) => [name, String(value)]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
