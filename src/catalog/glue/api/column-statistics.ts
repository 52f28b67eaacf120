// Statistics of columns, of tables and of partitions.
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { list, optional } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import type { StatisticsOfColumn, Subject } from '../column-statistics.ts'
import { noStatistics } from '../faults.ts'
import { tableArns } from './arns.ts'
import { catalogId, checkCatalog, name, partitionValues } from './shapes.ts'
import { awsStatistics, columnErrors, columnStatistics, statisticsErrors, statisticsOf } from './statistics-shapes.ts'

const table = { CatalogId: catalogId, DatabaseName: name, TableName: name }
const partition = { ...table, PartitionValues: partitionValues }
const names = list(name, { min: 0, max: 100 })
const found = { ColumnStatisticsList: optional(list(columnStatistics)), Errors: columnErrors }

interface Place {
  readonly CatalogId?: string | undefined
  readonly DatabaseName: string
  readonly TableName: string
  readonly PartitionValues?: readonly string[] | undefined
}
const resource = (input: Place, call: Call) => tableArns(call, input.DatabaseName, input.TableName)

function subjectOf(input: Place, call: Call): Subject {
  checkCatalog(call, input.CatalogId)
  const { DatabaseName: database, TableName: name, PartitionValues: values } = input
  return { scope: call, database, table: name, values }
}

/** What there is, and for the columns without any AWS's error beside it. */
function answer(wanted: readonly string[], statistics: readonly StatisticsOfColumn[]) {
  const { code: ErrorCode, message: ErrorMessage } = noStatistics()
  const missing = wanted.filter(column => !statistics.some(one => one.column === column))
  return {
    ColumnStatisticsList: statistics.map(awsStatistics),
    Errors: missing.map(ColumnName => ({ ColumnName, Error: { ErrorCode, ErrorMessage } })),
  }
}

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html */
export const UpdateColumnStatisticsForTable = operation({
  input: { ...table, ColumnStatisticsList: list(columnStatistics, { min: 0, max: 25 }) },
  output: { Errors: statisticsErrors },
  resource,
  async handle(catalog: Catalog, input, call) {
    const subject = subjectOf(input, call)
    const statistics = input.ColumnStatisticsList.map(statisticsOf)
    await catalog.commit(write => catalog.statistics.put(write, subject, statistics))
    return { Errors: [] }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForTable.html */
export const GetColumnStatisticsForTable = operation({
  input: { ...table, ColumnNames: names },
  output: found,
  resource,
  handle(catalog: Catalog, input, call) {
    return answer(input.ColumnNames, catalog.statistics.get(subjectOf(input, call), input.ColumnNames))
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForTable.html */
export const DeleteColumnStatisticsForTable = operation({
  input: { ...table, ColumnName: name },
  output: {},
  resource,
  async handle(catalog: Catalog, input, call) {
    const subject = subjectOf(input, call)
    await catalog.commit(write => catalog.statistics.delete(write, subject, input.ColumnName))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForPartition.html */
export const UpdateColumnStatisticsForPartition = operation({
  input: { ...partition, ColumnStatisticsList: list(columnStatistics, { min: 0, max: 25 }) },
  output: { Errors: statisticsErrors },
  resource,
  async handle(catalog: Catalog, input, call) {
    const subject = subjectOf(input, call)
    const statistics = input.ColumnStatisticsList.map(statisticsOf)
    await catalog.commit(write => catalog.statistics.put(write, subject, statistics))
    return { Errors: [] }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForPartition.html */
export const GetColumnStatisticsForPartition = operation({
  input: { ...partition, ColumnNames: names },
  output: found,
  resource,
  handle(catalog: Catalog, input, call) {
    return answer(input.ColumnNames, catalog.statistics.get(subjectOf(input, call), input.ColumnNames))
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForPartition.html */
export const DeleteColumnStatisticsForPartition = operation({
  input: { ...partition, ColumnName: name },
  output: {},
  resource,
  async handle(catalog: Catalog, input, call) {
    const subject = subjectOf(input, call)
    await catalog.commit(write => catalog.statistics.delete(write, subject, input.ColumnName))
    return {}
  },
})
