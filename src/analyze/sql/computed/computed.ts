// Functions that the engine's process computes itself, because DuckDB has none that does exactly what Athena's does. They
// are registered under their `athena_…` names when a statement uses them; no statement can name them by itself. NULL in,
// NULL out, unless a list holds the arguments.

/** DuckDB's names of what goes in and comes out. */
export type ComputedType =
  | 'VARCHAR'
  | 'BIGINT'
  | 'DOUBLE'
  | 'BOOLEAN'
  | 'BLOB'
  | 'VARCHAR[]'
  | 'VARCHAR[][]'
  | 'DOUBLE[]'

export type ComputedValue = string | bigint | number | boolean | Uint8Array | null | readonly ComputedValue[]

export interface Computed {
  readonly takes: readonly ComputedType[]
  readonly gives: ComputedType
  readonly compute: (...values: readonly ComputedValue[]) => ComputedValue
}

export type ComputedTable = Readonly<Record<`athena_${string}`, Computed>>

/** What fails a query, in Athena's words with the name of the error in front. */
export class ComputeFault extends Error {
  override readonly name = 'ComputeFault'
}

export const invalid = (what: string): ComputeFault => new ComputeFault(`INVALID_FUNCTION_ARGUMENT: ${what}`)

type Values<T extends readonly ComputedType[]> = { readonly [K in keyof T]: ValueOf<T[K]> }

type ValueOf<T> = T extends 'VARCHAR'
  ? string
  : T extends 'BIGINT'
    ? bigint
    : T extends 'DOUBLE'
      ? number
      : T extends 'BOOLEAN'
        ? boolean
        : T extends 'BLOB'
          ? Uint8Array
          : T extends 'VARCHAR[]'
            ? readonly (string | null)[]
            : T extends 'DOUBLE[]'
              ? readonly number[]
              : readonly (readonly (string | null)[] | null)[]

/** The values are of the types that `takes` names: DuckDB casts what it passes. */
export function computed<const T extends readonly ComputedType[], G extends ComputedType>(
  takes: T,
  gives: G,
  compute: (...values: Values<T>) => ValueOf<G> | null,
): Computed {
  return { takes, gives, compute: compute as unknown as Computed['compute'] }
}
