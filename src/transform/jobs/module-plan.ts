// What a job whose script is a module reads and writes, from its arguments beyond those of every job (plan.ts): exactly one
// source and one target, both with declared columns, because rows come and go by them.
import { EngineFault } from '../../analyze/engine/fault.ts'
import { type Column, parseSchema, type TableReference } from '../../analyze/engine/request.ts'
import { InvalidInputException } from './faults.ts'
import { batchRowsDefault, batchRowsMax } from './limits.ts'
import { parseFolderLocation } from './location.ts'
import type { Plan } from './plan.ts'

export interface ModulePlan {
  readonly source: 'objects' | TableReference
  readonly target:
    | {
        readonly kind: 'table'
        readonly reference: TableReference
        /** How rows spell its columns; as the catalog does where this says nothing. */
        readonly spelled: readonly Column[]
      }
    | {
        readonly kind: 'prefix'
        readonly location: string
        /** The partition columns last. */
        readonly columns: readonly Column[]
        readonly partitionedBy: readonly string[]
      }
  readonly batchRows: number
}

/** `job.mjs`, `job.js`, `job.ts`. */
export function moduleExtension(location: string): string | undefined {
  return /\.(?:mjs|js|ts)$/.exec(location)?.[0]
}

export function modulePlanOf(plan: Plan): ModulePlan {
  const given = (name: string) => (plan.values[name] === '' ? undefined : plan.values[name])
  const table = (name: string, text: string): TableReference => {
    const [, database = plan.database, table = ''] = /^(?:([^.]+)\.)?([^.]+)$/.exec(text) ?? []
    if (table === '') throw new InvalidInputException(`--${name} must be a table like database.table: ${text}`)
    return { database: database.toLowerCase(), name: table.toLowerCase() }
  }
  const [sourceTable, targetTable, targetPrefix] = ['SOURCE_TABLE', 'TARGET_TABLE', 'TARGET_S3'].map(given)
  if ((plan.source === undefined) === (sourceTable === undefined))
    throw new InvalidInputException(
      'A job whose script is a module reads --SOURCE_S3 (with --SOURCE_SCHEMA) or --SOURCE_TABLE: give one of them.',
    )
  if (plan.source && plan.source.schema === undefined)
    throw new InvalidInputException(
      "--SOURCE_SCHEMA must say which columns the rows have, since a module is given rows by type: 'device_id string, temperature double'.",
    )
  if ((targetTable === undefined) === (targetPrefix === undefined))
    throw new InvalidInputException(
      'A job whose script is a module writes to --TARGET_TABLE or to --TARGET_S3 (with --TARGET_SCHEMA): give one of them.',
    )
  if (targetTable !== undefined && given('PARTITIONED_BY') !== undefined)
    throw new InvalidInputException('--PARTITIONED_BY goes with --TARGET_S3; of --TARGET_TABLE the catalog says it.')
  return {
    source: sourceTable === undefined ? 'objects' : table('SOURCE_TABLE', sourceTable),
    target:
      targetTable === undefined
        ? prefixOf(targetPrefix ?? '', given('TARGET_SCHEMA'), given('PARTITIONED_BY'))
        : {
            ...{ kind: 'table', reference: table('TARGET_TABLE', targetTable) },
            spelled: columnsOf(given('TARGET_SCHEMA')),
          },
    batchRows: batchRowsOf(given('BATCH_ROWS')),
  }
}

function prefixOf(location: string, schema: string | undefined, partitions: string | undefined): ModulePlan['target'] {
  parseFolderLocation(location, '--TARGET_S3')
  if (schema === undefined)
    throw new InvalidInputException(
      "--TARGET_SCHEMA must say which columns the results have, partition columns included: 'device_id string, temperature double, day string'.",
    )
  const columns = columnsOf(schema)
  const partitionedBy = (partitions ?? '')
    .split(',')
    .map(text => text.trim().toLowerCase())
    .filter(text => text !== '')
  const isNamed = (column: Column, name: string) => column.name.toLowerCase() === name
  for (const name of partitionedBy)
    if (!columns.some(column => isNamed(column, name)))
      throw new InvalidInputException(`--PARTITIONED_BY names ${name}, which --TARGET_SCHEMA does not declare.`)
  if (partitionedBy.length === columns.length)
    throw new InvalidInputException('--PARTITIONED_BY names all columns; one at least must be left for the files.')
  const parted = partitionedBy.flatMap(name => columns.filter(column => isNamed(column, name)))
  return {
    kind: 'prefix',
    location,
    columns: [...columns.filter(({ name }) => !partitionedBy.includes(name.toLowerCase())), ...parted],
    partitionedBy,
  }
}

function columnsOf(text: string | undefined): readonly Column[] {
  try {
    return text === undefined ? [] : parseSchema(text)
  } catch (cause) {
    throw cause instanceof EngineFault ? new InvalidInputException(`--TARGET_SCHEMA: ${cause.message}`) : cause
  }
}

function batchRowsOf(text: string | undefined): number {
  if (text === undefined) return batchRowsDefault
  const rows = Number(text)
  if (!/^[1-9]\d*$/.test(text) || rows > batchRowsMax)
    throw new InvalidInputException(`--BATCH_ROWS must be a whole number from 1 to ${batchRowsMax}: ${text}`)
  return rows
}
