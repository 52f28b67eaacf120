// The tables of the catalog that a statement names, as the lake's process describes them.
import { references } from '../../sql/references.ts'
import type { Column } from '../../sql/scope.ts'
import { typeOfHive } from '../../sql/typing/names.ts'
import { EngineFault } from '../fault.ts'
import type { Ask, TableDescription } from '../protocol.ts'
import type { TableReference } from '../request.ts'

export class Described {
  readonly #tables: ReadonlyMap<string, { readonly table: TableDescription; readonly index: number }>

  private constructor(tables: ReadonlyMap<string, { readonly table: TableDescription; readonly index: number }>) {
    this.#tables = tables
  }

  /** `relations` are names that the session has already. */
  static async ask(
    tree: unknown,
    defaultDatabase: string,
    ask: Ask,
    relations: readonly string[] = [],
  ): Promise<Described> {
    const named = references(tree, defaultDatabase, relations)
    const found = named.length === 0 ? [] : await ask({ name: 'tables', references: named })
    return new Described(
      new Map(
        named.flatMap((reference, index) => {
          const table = found[index]
          return table === undefined ? [] : [[keyOf(reference), { table, index }] as const]
        }),
      ),
    )
  }

  /** With its place in the question. */
  find(reference: TableReference): { readonly table: TableDescription; readonly index: number } {
    const found = this.#tables.get(keyOf(reference))
    if (found !== undefined) return found
    throw new EngineFault('semantic', `TABLE_NOT_FOUND: Table '${reference.database}.${reference.name}' does not exist`)
  }

  columnsOf(reference: TableReference): readonly Column[] {
    const { table } = this.find(reference)
    return [...table.columns, ...table.partitionColumns].map(({ name, type }) => ({
      name: name.toLowerCase(),
      type: typeOfHive(type),
    }))
  }
}

const keyOf = ({ database, name }: TableReference): string => JSON.stringify([database, name])
