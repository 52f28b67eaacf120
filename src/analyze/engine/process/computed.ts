// Registers the functions that this process computes itself with DuckDB, whose threads call them on this one, a chunk of
// rows at a time.
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBListValue,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api'
import { type Computed, type ComputedType, type ComputedValue, ComputeFault } from '../../sql/computed/computed.ts'
import { exhausted } from './fault-of.ts'

const types: Readonly<Record<ComputedType, DuckDBType>> = {
  VARCHAR,
  BIGINT,
  DOUBLE,
  BOOLEAN,
  BLOB,
  'VARCHAR[]': LIST(VARCHAR),
  'VARCHAR[][]': LIST(LIST(VARCHAR)),
  'DOUBLE[]': LIST(DOUBLE),
}

export function register(connection: DuckDBConnection, name: string, { takes, gives, compute }: Computed): void {
  const made = DuckDBScalarFunction.create({
    name,
    parameterTypes: takes.map(type => types[type]),
    returnType: types[gives],
    mainFunction(info, input, output) {
      try {
        const columns = takes.map((_, index) => input.getColumnVector(index))
        for (let row = 0; row < input.rowCount; row++) {
          const values = columns.map(column => fromDuck(column.getItem(row)))
          output.setItem(row, values.includes(null) ? null : toDuck(compute(...values)))
        }
        output.flush()
      } catch (cause) {
        // Thrown into DuckDB's thread it would end the process.
        info.setError(said(cause))
      }
    },
  })
  connection.registerScalarFunction(made)
}

function said(cause: unknown): string {
  if (cause instanceof ComputeFault) return cause.message
  // A text, a list or a number beyond what this process can hold, or nested deeper than its stack.
  return cause instanceof RangeError ? exhausted : `GENERIC_INTERNAL_ERROR: ${String(cause)}`
}

function fromDuck(value: DuckDBValue): ComputedValue {
  if (value instanceof DuckDBListValue) return value.items.map(fromDuck)
  if (value instanceof DuckDBBlobValue) return value.bytes
  // The other types there are come as plain values of the language.
  return value as ComputedValue
}

function toDuck(value: ComputedValue): DuckDBValue {
  if (value instanceof Uint8Array) return blobValue(value)
  return Array.isArray(value) ? listValue(value.map(toDuck)) : (value as DuckDBValue)
}
