// A Parquet footer in which texts are only bytes: for a reader that refuses a file whose texts are not all UTF-8. Nothing changes its
// length, so nothing else in the file moves.
//
//   SchemaElement   1 physical type … 6 converted type (UTF8 is 0)   7 scale … 10 logical type { 1 string {} }
//   A field's header has its id as the difference to the one before: the converted type becomes a scale, which bytes do
//   not have, by one more in its header and one less in the next; the logical type, which is the last, a field that nobody knows.

import { NotParquet } from './parquet-footer.ts'
import { type Fields, ThriftInput } from './thrift-compact.ts'

const [physicalId, convertedId, logicalId, lastId] = [1, 6, 10, 10]
const [byteArray, utf8, stringId] = [6, 0, 1]

interface Field {
  readonly id: number
  readonly header: number
}

/** A changed copy. Throws NotParquet where it is written in a way that cannot be changed in place. */
export function textsAsBytes(footer: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(footer)
  const list = (input: ThriftInput) => input.list(item => changeElement(item, changed))
  new ThriftInput(footer).struct({ 2: list }, 2)
  return changed
}

function changeElement(input: ThriftInput, bytes: Uint8Array): void {
  const seen: Field[] = []
  let [physical, converted] = [-1, -1]
  let isString = false
  const read: Record<number, Fields[number]> = {
    [physicalId]: field => {
      physical = field.integer()
    },
    [convertedId]: field => {
      converted = field.integer()
    },
    [logicalId]: field =>
      field.struct({
        [stringId]: (inner, type) => {
          isString = true
          inner.skip(type)
        },
      }),
  }
  const fields = Array.from({ length: lastId }, (_, index): [number, Fields[number]] => [
    index + 1,
    (field, type) => {
      seen.push({ id: index + 1, header: field.at - 1 })
      const known = read[index + 1]
      if (known) known(field, type)
      else field.skip(type)
    },
  ])
  input.struct(Object.fromEntries(fields))
  if (physical !== byteArray) return
  // All are looked at before one is changed: what is expected of a header is what the file says.
  const changes = [...(converted === utf8 ? later(seen, convertedId) : []), ...(isString ? later(seen, logicalId) : [])]
  for (const { field, before } of changes) expectDelta(bytes, field.header, field.id - before)
  for (const { field, by } of changes) bytes[field.header] = (bytes[field.header] ?? 0) + by * 16
}

/** What gives the field the next id, and leaves the others theirs. */
function later(seen: readonly Field[], id: number) {
  const place = seen.findIndex(field => field.id === id)
  const [field, next] = [seen[place], seen[place + 1]]
  if (field === undefined) return []
  if (next?.id === id + 1) throw new NotParquet('A text in the Parquet schema has a scale.')
  const change = { field, before: seen[place - 1]?.id ?? 0, by: 1 }
  return next === undefined ? [change] : [change, { field: next, before: id, by: -1 }]
}

function expectDelta(bytes: Uint8Array, header: number, delta: number): void {
  if ((bytes[header] ?? 0) >> 4 !== delta)
    throw new NotParquet('A field of the Parquet schema has its id written at length.')
}
