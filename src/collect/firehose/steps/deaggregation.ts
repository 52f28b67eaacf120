// Takes apart records that hold several: JSON documents one behind the other, or pieces between delimiters.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
import type { Batches, FlowRecord } from '../flow.ts'
import { jsonDocuments } from '../json-documents.ts'
import { partsPerRecordMax } from '../limits.ts'
import type { Processor } from '../processors.ts'

type Deaggregation = Extract<Processor, { kind: 'deaggregate' }>

export const deaggregation = (processor: Deaggregation) =>
  async function* (batches: Batches): Batches {
    for await (const batch of batches) yield batch.flatMap(record => parts(record, processor))
  }

/** What cannot be taken apart, or into too many, stays whole, as in AWS: later steps make of it what they can. */
function parts(record: FlowRecord, processor: Deaggregation): readonly FlowRecord[] {
  const found = processor.type === 'JSON' ? jsonDocuments(record.data) : pieces(record.data, processor.delimiter)
  if (found === undefined || found.length === 0 || found.length > partsPerRecordMax) return [record]
  // Of one that was compressed, each part shows itself, or the whole would be shown as often as it has parts.
  return found.map(data => ({ ...record, raw: data, data }))
}

/** Between the delimiters; an empty one at the end is none. */
function pieces(bytes: Uint8Array, delimiter: Uint8Array): readonly Uint8Array[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const found: Uint8Array[] = []
  let from = 0
  for (let at = whole.indexOf(delimiter); at >= 0; at = whole.indexOf(delimiter, from)) {
    found.push(whole.subarray(from, at))
    from = at + delimiter.length
  }
  if (from < whole.length) found.push(whole.subarray(from))
  return found.filter(({ length }) => length > 0)
}
