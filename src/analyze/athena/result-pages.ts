/**
 * Pages of a stored result, read from where the page before ended: neither the result nor the pages before are held.
 *
 *     csv    every value in double quotes ("" is a quote), NULL an empty field without quotes, header first, \n
 *     text   one row a line, one column
 */
import type { ColumnInfo } from './result-columns.ts'

export type Row = readonly (string | null)[]

export interface ResultPage {
  readonly rows: readonly Row[]
  /** Bytes that these rows take in the object. */
  readonly bytes: number
}

/** What is answered of a page; `next` is where the one after begins. */
export interface ToldPage {
  readonly rows: readonly Row[]
  readonly columns: readonly ColumnInfo[]
  readonly next?: number
  readonly updateCount?: number
}

/** A page ends with the row that reaches this, whatever the number of its rows: cells may be of megabytes. */
export const pageBytesMax = 8 * 1024 ** 2

const quote = 0x22
const newline = 0x0a

export async function readPage(
  chunks: AsyncIterable<Uint8Array>,
  kind: 'csv' | 'text',
  rowsMax: number,
): Promise<ResultPage> {
  const rows: Row[] = []
  let bytes = 0
  let pending: Uint8Array[] = []
  let quoted = false
  const finish = (last: Uint8Array) => {
    const record = Buffer.concat([...pending, last])
    pending = []
    bytes += record.length
    const text = record.toString().replace(/\n$/, '')
    rows.push(kind === 'csv' ? fieldsOf(text) : [text])
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      if (kind === 'csv' && chunk[at] === quote) quoted = !quoted
      else if (chunk[at] === newline && !quoted) {
        finish(chunk.subarray(from, at + 1))
        if (rows.length === rowsMax || bytes >= pageBytesMax) return { rows, bytes }
        from = at + 1
      }
    }
    if (from < chunk.length) pending.push(chunk.subarray(from))
  }
  if (pending.length > 0) finish(new Uint8Array())
  return { rows, bytes }
}

function fieldsOf(record: string): Row {
  const fields: (string | null)[] = []
  for (let at = 0; at <= record.length; at++) {
    if (record.charAt(at) !== '"') {
      const end = record.indexOf(',', at)
      const text = record.slice(at, end < 0 ? record.length : end)
      fields.push(text === '' ? null : text)
      at += text.length
      continue
    }
    let text = ''
    for (;;) {
      const end = record.indexOf('"', at + 1)
      text += record.slice(at + 1, end < 0 ? record.length : end)
      at = (end < 0 ? record.length : end) + 1
      if (record.charAt(at) !== '"') break
      text += '"'
    }
    fields.push(text)
  }
  return fields
}
