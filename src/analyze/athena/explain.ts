/**
 * What EXPLAIN and EXPLAIN ANALYZE answer: what Biwa's own plan knows, which is not Trino's tree of operators.
 * https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
 */
import type { ExplainResult, QueryResult, ScanSummary } from '../engine/request.ts'
import type { Outcome } from './ddl/outcome.ts'
import type { Explain } from './ddl/statement.ts'
import { priceOf } from './price.ts'
import { queryColumn } from './result-columns.ts'

export function explanation({ type, format }: Explain, plan: ExplainResult): Outcome {
  if (type === 'validate') return { columns: [queryColumn('Valid', 'boolean')], lines: ['true'] }
  const columns = [queryColumn('Query Plan', 'varchar')]
  if (type === 'io') return { columns, lines: json(inputs(plan)) }
  if (format === 'json') return { columns, lines: json(described(plan)) }
  if (format === 'graphviz') return { columns, lines: graph(plan) }
  return { columns, lines: [...textOf(plan), '', `Scans at most ${costs(bytesMaxOf(plan))}`] }
}

/** After the query has run: the same plan with what was measured. */
export function analysis({ format }: Explain, plan: ExplainResult, ran: QueryResult): Outcome {
  const columns = [queryColumn('Query Plan', 'varchar')]
  const measured = {
    scannedBytes: ran.scannedBytes,
    dollars: priceOf(ran.scannedBytes),
    rows: ran.rows,
    outputBytes: ran.bytes,
    planningMilliseconds: ran.planningMilliseconds,
    engineMilliseconds: ran.engineMilliseconds,
  }
  if (format === 'json') return { columns, lines: json({ ...described(plan), measured }) }
  const lines = [
    ...textOf(plan),
    '',
    `Scanned ${costs(ran.scannedBytes)}`,
    `Output: ${ran.rows} rows, ${ran.bytes} bytes`,
    `Planning: ${ran.planningMilliseconds} ms, engine with planning: ${ran.engineMilliseconds} ms`,
  ]
  return { columns, lines }
}

const bytesMaxOf = ({ scans }: ExplainResult): number => scans.reduce((sum, scan) => sum + scan.bytes, 0)
const costs = (bytes: number): string => `${bytes} bytes: $${priceOf(bytes).toFixed(8)}`
const json = (value: object): readonly string[] => JSON.stringify(value, null, 2).split('\n')

function textOf({ columns, scans }: ExplainResult): readonly string[] {
  return [
    `Output[columnNames = [${columns.map(({ name }) => name).join(', ')}]]`,
    `    Layout: [${columns.map(({ name, type }) => `${name}:${type}`).join(', ')}]`,
    ...scans.flatMap(scan => [
      `    TableScan[table = awsdatacatalog:${scan.database}:${scan.name}, format = ${scan.format}]`,
      `        ${[...partitionsOf(scan), `${scan.files} files`, `at most ${scan.bytes} bytes`].join(', ')}`,
      ...(isWhole(scan) ? ['        Every partition is read: no condition of the WHERE leaves one out'] : []),
    ]),
  ]
}

const isWhole = ({ partitions, partitionsMax }: ScanSummary): boolean =>
  partitionsMax !== undefined && partitionsMax > 1 && partitions === partitionsMax

function partitionsOf({ partitions, partitionsMax }: ScanSummary): readonly string[] {
  if (partitions === undefined) return []
  return [partitionsMax === undefined ? `${partitions} partitions` : `${partitions} of ${partitionsMax} partitions`]
}

function described(plan: ExplainResult) {
  const scannedBytesMax = bytesMaxOf(plan)
  return {
    columns: plan.columns.map(({ name, type }) => ({ name, type })),
    scans: plan.scans,
    scannedBytesMax,
    dollarsMax: priceOf(scannedBytesMax),
    planningMilliseconds: plan.planningMilliseconds,
  }
}

/** As Trino names the tables that a query reads. */
const inputs = ({ scans }: ExplainResult) => ({
  inputTableColumnInfos: scans.map(({ database, name, bytes }) => ({
    table: { catalog: 'awsdatacatalog', schemaTable: { schema: database, table: name } },
    estimate: { outputSizeInBytes: bytes },
  })),
})

function graph({ scans, columns }: ExplainResult): readonly string[] {
  const quoted = (text: string) => JSON.stringify(text)
  return [
    'digraph logical_plan {',
    `  output [label=${quoted(`Output[${columns.map(({ name }) => name).join(', ')}]`)}];`,
    ...scans.flatMap((scan, index) => [
      `  scan_${index} [label=${quoted(`TableScan[${scan.database}.${scan.name}: ${scan.files} files, at most ${scan.bytes} bytes]`)}];`,
      `  output -> scan_${index};`,
    ]),
    '}',
  ]
}
