// What the tests of conversions share: lines in, rows and failures out, read back by a DuckDB of their own.

import { writeFile } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { type ConvertFailure, type ConvertRequest, type ConvertResult, parseSchema } from '../request.ts'
import { directory, engine } from './tables.ts'

export const openx: ConvertRequest['input'] = {
  serde: 'openx',
  caseInsensitive: true,
  dotsToUnderscores: false,
  keyMappings: {},
}
export const hive: ConvertRequest['input'] = { serde: 'hive', timestampFormats: [] }

export interface Converted extends ConvertResult {
  /** As DuckDB shows them. */
  readonly values: readonly (readonly unknown[])[]
  readonly types: readonly string[]
}

export async function convert(
  schema: string,
  lines: readonly (string | Uint8Array)[],
  options: Partial<ConvertRequest> = {},
): Promise<Converted> {
  const scratchDirectory = await directory()
  const file = `${scratchDirectory}/lines`
  await writeFile(file, Buffer.concat(lines.flatMap(line => [Buffer.from(line as string), Buffer.from('\n')])))
  const result = await engine.convert({
    lines: file,
    columns: parseSchema(schema),
    input: openx,
    output: { format: 'parquet', compression: 'SNAPPY' },
    scratchDirectory,
    signal: new AbortController().signal,
    deadlineMilliseconds: 60_000,
    ...options,
  })
  return { ...result, ...(await readBack(result.file)) }
}

const instance = await DuckDBInstance.create(':memory:', { threads: '1' })

async function readBack(file: string | undefined): Promise<Pick<Converted, 'values' | 'types'>> {
  if (file === undefined) return { values: [], types: [] }
  const connection = await instance.connect()
  try {
    const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)
    return { values: reader.getRowsJson(), types: reader.columnTypes().map(String) }
  } finally {
    connection.closeSync()
  }
}

/** One column `c`, one value: what became of it. */
export async function became(type: string, json: string, options: Partial<ConvertRequest> = {}): Promise<unknown> {
  const { values, failed } = await convert(`c ${type}`, [`{"c":${json}}`], options)
  return failed[0] === undefined ? values[0]?.[0] : short(failed[0])
}

export function short(failure: ConvertFailure): string {
  return `${failure.code.replace('DataFormatConversion.', '')}: ${failure.message.replace('Data does not match the schema. ', '')}`
}
