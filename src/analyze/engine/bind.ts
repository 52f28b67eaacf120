// What a SELECT would give, from declared columns alone: for those who check a statement before there is any data.
import type { Engine } from './engine.ts'
import { EngineFault, type Position } from './fault.ts'
import type { Column, TableSource } from './request.ts'

/** A relation that the statement may name: `name` in the default database, or `database.name`. */
export interface DeclaredTable {
  readonly database?: string
  readonly name: string
  readonly columns: readonly Column[]
}

export interface BoundColumn {
  readonly name: string
  /** Whether the statement names it, or its place does. */
  readonly isNamed: boolean
  /** Athena's: `varchar`, `timestamp(3) with time zone`. */
  readonly type: string
  /** The catalog's: `string`, `timestamp`. */
  readonly hiveType: string
}

export interface BindRequest {
  /** One SELECT in Athena's language. */
  readonly sql: string
  readonly tables: readonly DeclaredTable[]
  readonly now: number
  /** An empty directory of its own. */
  readonly scratchDirectory: string
  readonly signal: AbortSignal
}

/** The statement cannot be run as it stands. The message is Athena's. */
export class BindingFault extends Error {
  override readonly name = 'BindingFault'
  readonly position?: Position

  constructor(message: string, position: Position | undefined) {
    super(message)
    if (position !== undefined) this.position = position
  }
}

const defaultDatabase = 'default'
const deadlineMilliseconds = 60_000

/** Throws a BindingFault where the statement is wrong. */
export async function bind(engine: Pick<Engine, 'explain'>, request: BindRequest): Promise<readonly BoundColumn[]> {
  const { sql, tables, now, scratchDirectory, signal } = request
  const sources = new Map(
    tables.map(table => [`${table.database ?? defaultDatabase}.${table.name}`, sourceOf(table)] as const),
  )
  try {
    const { columns } = await engine.explain({
      ...{ sql, defaultDatabase, now, resultDirectory: scratchDirectory, signal, deadlineMilliseconds },
      tables: async references =>
        references.map(({ database, name }) => {
          const found = sources.get(`${database}.${name}`)
          if (found) return found
          const names = [...sources.keys()].map(key => key.replace(`${defaultDatabase}.`, ''))
          throw new BindingFault(
            `TABLE_NOT_FOUND: There is no ${name} here; the statement may read ${names.join(', ')}.`,
            undefined,
          )
        }),
    })
    return columns
  } catch (cause) {
    if (!(cause instanceof EngineFault)) throw cause
    throw new BindingFault(cause.message, cause.position ?? positionIn(cause.message))
  }
}

const sourceOf = ({ database = defaultDatabase, name, columns }: DeclaredTable): TableSource => ({
  ...{ database, name, columns },
  ...{ format: 'json', partitionColumns: [], partitions: [] },
  files: async () => [],
})

/** Trino names the place in its words: `line 1:8: Column 'a' cannot be resolved`. */
function positionIn(message: string): Position | undefined {
  const [, line, column] = /\bline (\d+):(\d+):/.exec(message) ?? []
  return line === undefined ? undefined : { line: Number(line), column: Number(column) }
}
