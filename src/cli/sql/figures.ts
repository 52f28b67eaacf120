/** What `biwa sql` says of a query: what it will read at most, what it read, what Athena would charge, what was asked before. */
import { priceOf } from '../../analyze/athena/price.ts'
import { bytesOf } from '../demo/screen.ts'
import type { Reading } from './estimate.ts'
import type { Execution } from './running.ts'

/** Two digits that mean something: $0.00005, $0.12, $5.00. */
export function dollars(amount: number): string {
  const digits = amount >= 0.01 || amount === 0 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(amount)))
  return `$${amount.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, '$1')}`
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Lines for a person, before the query runs. */
export function estimateLines(readings: readonly Reading[]): readonly string[] {
  const known = readings.flatMap(({ table, size, partitions }) => (size ? [{ table, size, partitions }] : []))
  const bytes = known.reduce((sum, { size }) => sum + size.bytes, 0)
  const each = known.map(({ table, size, partitions }) => {
    const of = partitions === undefined ? '' : `${partitions.read} of ${many(partitions.all, 'partition')}, `
    return `${table} (${of}${many(size.objects, 'object')})`
  })
  const lines: string[] = []
  if (known.length > 0)
    lines.push(`Reads at most ${bytesOf(bytes)} of ${each.join(', ')}: ${dollars(priceOf(bytes))} in Amazon Athena.`)
  const projected = new Set(readings.flatMap(({ table, size }) => (size ? [] : [table])))
  if (projected.size > 0)
    lines.push(
      `What is read of ${[...projected].join(', ')} is told afterwards: the partitions are projected. EXPLAIN tells it before.`,
    )
  for (const { table, partitions } of known) {
    if (partitions === undefined || partitions.all < 2 || partitions.read < partitions.all || partitions.mayBeFewer)
      continue
    const columns = partitions.columns.join(', ')
    lines.push(`warning: all ${partitions.all} partitions of ${table} are read. A WHERE over ${columns} reads fewer.`)
  }
  return lines
}

const seconds = (milliseconds = 0): string => `${(milliseconds / 1000).toFixed(milliseconds < 9950 ? 2 : 1)} s`

export function figuresLine(execution: Execution, rows: number): string {
  const { Statistics: figures = {} } = execution
  const { DataScannedInBytes: scanned } = figures
  const isPlan = execution.SubstatementType === 'EXPLAIN' && scanned === 0
  const isQuery = execution.StatementType === 'DML' && scanned !== undefined && !isPlan
  const count = rows > 0 ? many(rows, 'row') : isQuery ? 'no rows' : 'done'
  const counted = `${count} in ${seconds(figures.TotalExecutionTimeInMillis)}`
  if (!isQuery) return `${counted}.`
  const parts = [
    `waited ${seconds(figures.QueryQueueTimeInMillis)}`,
    `planned ${seconds(figures.QueryPlanningTimeInMillis)}`,
  ]
  return `${counted} (${parts.join(', ')}), read ${bytesOf(scanned)}: ${dollars(priceOf(scanned))} in Amazon Athena.`
}

/** Newest first: when, how it ended, how long it took, what it read, what was asked. */
export function historyLines(executions: readonly Execution[], columns: number): readonly string[] {
  return executions.map(({ Query, Status, Statistics: figures = {} }) => {
    const at = new Date(Status.SubmissionDateTime * 1000).toISOString().slice(0, 19).replace('T', ' ')
    const scanned = figures.DataScannedInBytes === undefined ? '-' : bytesOf(figures.DataScannedInBytes)
    const took = seconds(figures.TotalExecutionTimeInMillis)
    const head = `${at}  ${Status.State.padEnd(9)}  ${took.padStart(8)}  ${scanned.padStart(9)}  `
    const points = [...Query.replace(/\s+/g, ' ').replace(/\p{C}/gu, '?').trim()]
    const room = Math.max(20, columns - head.length)
    return head + (points.length <= room ? points.join('') : `${points.slice(0, room - 1).join('')}…`)
  })
}

/** A reason with its place in the statement shown under it, where it names one. */
export function pointedAt(reason: string, statement: string): string {
  const [, line, column] = /\bline (\d+):(\d+):/.exec(reason) ?? []
  const text = statement.split('\n')[Number(line) - 1]
  const at = Number(column)
  if (text === undefined || !(at >= 1 && at <= text.length + 1) || /\p{C}/u.test(text) || text.length > 160)
    return reason
  return `${reason}\n  ${text}\n  ${' '.repeat(at - 1)}^`
}
