// Statistics of columns, of tables and of partitions.
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { list, optional, type Values } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import type { StatisticsOfColumn, Subject } from '../column-statistics.ts'
import { noStatistics } from '../faults.ts'
import { tableArns } from './arns.ts'
import { catalogId, checkCatalog, name, partitionValues } from './shapes.ts'
import { awsStatistics, columnErrors, columnStatistics, statisticsErrors, statisticsOf } from './statistics-shapes.ts'

const table = { CatalogId: catalogId, DatabaseName: name, TableName: name }
const partition = { ...table, PartitionValues: partitionValues }
const given = { ColumnStatisticsList: list(columnStatistics, { min: 0, max: 25 }) }
const wanted = { ColumnNames: list(name, { min: 0, max: 100 }) }
const unwanted = { ColumnName: name }

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
function answer(names: readonly string[], statistics: readonly StatisticsOfColumn[]) {
  const { code: ErrorCode, message: ErrorMessage } = noStatistics()
  const missing = names.filter(column => !statistics.some(one => one.column === column))
  return {
    ColumnStatisticsList: statistics.map(awsStatistics),
    Errors: missing.map(ColumnName => ({ ColumnName, Error: { ErrorCode, ErrorMessage } })),
  }
}

// What each of the three does, to a table's columns as to a partition's.
const update = {
  output: { Errors: statisticsErrors },
  resource,
  async handle(catalog: Catalog, input: Place & Values<typeof given>, call: Call) {
    const subject = subjectOf(input, call)
    const statistics = input.ColumnStatisticsList.map(statisticsOf)
    await catalog.commit(write => catalog.statistics.put(write, subject, statistics))
    return { Errors: [] }
  },
}
const get = {
  output: { ColumnStatisticsList: optional(list(columnStatistics)), Errors: columnErrors },
  resource,
  handle(catalog: Catalog, input: Place & Values<typeof wanted>, call: Call) {
    return answer(input.ColumnNames, catalog.statistics.get(subjectOf(input, call), input.ColumnNames))
  },
}
const remove = {
  output: {},
  resource,
  async handle(catalog: Catalog, input: Place & Values<typeof unwanted>, call: Call) {
    const subject = subjectOf(input, call)
    await catalog.commit(write => catalog.statistics.delete(write, subject, input.ColumnName))
    return {}
  },
}

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html */
export const UpdateColumnStatisticsForTable = operation({ input: { ...table, ...given }, ...update })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForTable.html */
export const GetColumnStatisticsForTable = operation({ input: { ...table, ...wanted }, ...get })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForTable.html */
export const DeleteColumnStatisticsForTable = operation({ input: { ...table, ...unwanted }, ...remove })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForPartition.html */
export const UpdateColumnStatisticsForPartition = operation({ input: { ...partition, ...given }, ...update })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForPartition.html */
export const GetColumnStatisticsForPartition = operation({ input: { ...partition, ...wanted }, ...get })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForPartition.html */
export const DeleteColumnStatisticsForPartition = operation({ input: { ...partition, ...unwanted }, ...remove })
