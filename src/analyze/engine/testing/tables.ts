// What the tests of the engine share: an engine, directories of their own, and tables made of rows. Not part of the
// engine: nothing but tests imports it.

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Background } from '../../../world/background.ts'
import { SystemClock } from '../../../world/clock.ts'
import { SilentLog } from '../../../world/log.ts'
import { Engine } from '../engine.ts'
import type {
  Column,
  QueryRequest,
  QueryResult,
  ScanFile,
  TableSource,
  TransformRequest,
  TransformResult,
} from '../request.ts'

const log = new SilentLog()
const root = await mkdtemp(join(tmpdir(), 'biwa-engine-'))
export const engine = engineOf({})

export function engineOf(options: Partial<ConstructorParameters<typeof Engine>[0]>): Engine {
  const made = new Engine({ background: new Background(log), clock: new SystemClock(log), log, scratch, ...options })
  after(() => made.close())
  return made
}

after(() => rm(root, { recursive: true, force: true }))

async function scratch() {
  const path = await mkdtemp(join(root, 'scratch-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export function directory(): Promise<string> {
  return mkdtemp(join(root, 'd-'))
}

let files = 0

/** A file with this content; gzip by the end of its path. */
export async function fileOf(
  path: string,
  content: string | Uint8Array,
): Promise<{ path: string; file: string; bytes: number }> {
  files += 1
  const file = join(root, `blob-${files}`)
  await writeFile(file, path.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content)
  return { path, file, bytes: (await stat(file)).size }
}

export interface Asked {
  readonly indexes: (readonly number[])[]
}

/** A JSON table whose partitions hold the given rows, written a day apart. Notes which partitions' files were asked for. */
export async function jsonTable(
  name: string,
  columns: readonly Column[],
  partitionColumns: readonly Column[],
  partitions: readonly { readonly values: readonly string[]; readonly rows: readonly unknown[] }[],
): Promise<TableSource & Asked> {
  const scanned: ScanFile[] = []
  for (const [partition, { rows }] of partitions.entries()) {
    const text = rows.map(row => `${JSON.stringify(row)}\n`).join('')
    const made = await fileOf(`s3://b/${name}/${partition}.json.gz`, text)
    const modifiedAt = Date.UTC(2025, 9, 1 + partition, 12, 0, 0, 345)
    scanned.push({ ...made, modifiedAt, partition: partitionColumns.length === 0 ? -1 : partition })
  }
  const indexes: (readonly number[])[] = []
  return {
    ...{ database: 'default', name, format: 'json', columns, partitionColumns, indexes },
    partitions: partitionColumns.length === 0 ? [] : partitions.map(({ values }) => ({ values })),
    async files(wanted) {
      indexes.push(wanted)
      return scanned.filter(file => file.partition === -1 || wanted.includes(file.partition))
    },
  }
}

export interface Answer extends QueryResult {
  /** With the header. */
  readonly lines: readonly string[]
}

export async function query(
  sql: string,
  tables: readonly TableSource[] = [],
  request: Partial<QueryRequest> = {},
  on = engine,
): Promise<Answer> {
  const result = await on.query({
    sql,
    defaultDatabase: 'default',
    now: 0,
    async tables(references) {
      return references.map(reference => {
        const found = tables.find(table => table.name === reference.name && table.database === reference.database)
        if (found === undefined) throw new RangeError(`no table ${reference.database}.${reference.name}`)
        return found
      })
    },
    resultDirectory: await directory(),
    result: 'athena-csv',
    signal: new AbortController().signal,
    deadlineMilliseconds: 60_000,
    ...request,
  })
  return { ...result, lines: (await readFile(result.file, 'utf8')).trimEnd().split('\n') }
}

export interface DeadLetter {
  readonly reason: string
  readonly object: string
  readonly line: number
  readonly ordinal: number
  readonly raw: string
}

export interface Ran extends TransformResult {
  readonly dead: readonly DeadLetter[]
}

export async function transform(script: string, request: Partial<TransformRequest>): Promise<Ran> {
  const result = await engine.transform({
    script,
    arguments: {},
    defaultDatabase: 'default',
    now: 0,
    tables: async references => {
      throw new RangeError(`no table ${references[0]?.name}`)
    },
    target: async reference => {
      throw new RangeError(`no table ${reference.name}`)
    },
    scratchDirectory: await directory(),
    signal: new AbortController().signal,
    deadlineMilliseconds: 60_000,
    ...request,
  })
  const file = result.deadLetters.file
  const lines = file === undefined ? [] : (await readFile(file, 'utf8')).trimEnd().split('\n')
  return { ...result, dead: lines.map(line => JSON.parse(line) as DeadLetter) }
}

/** What a run wrote, read back by a query. */
export async function readBack(ran: TransformResult, sql = 'SELECT * FROM written'): Promise<readonly string[]> {
  const partitions = ran.files.map(file => ({
    values: file.partition.map(([, value]) => value ?? '__HIVE_DEFAULT_PARTITION__'),
  }))
  const table: TableSource = {
    ...{
      database: 'default',
      name: 'written',
      format: ran.format,
      columns: ran.columns,
      partitionColumns: ran.partitionColumns,
    },
    partitions: ran.partitionColumns.length === 0 ? [] : partitions,
    async files() {
      return ran.files.map((file, index) => ({
        partition: ran.partitionColumns.length === 0 ? -1 : index,
        path: `s3://b/written/${index}${ran.extension}`,
        file: file.file,
        bytes: file.bytes,
      }))
    },
  }
  return (await query(sql, [table])).lines.slice(1)
}
