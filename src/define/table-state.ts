/** A table's definition as the catalog has it: formats and SerDes are those that Athena's own CREATE TABLE writes. */
import { catalogName } from './column.ts'
import { type ColumnState, folders, type TableState } from './kinds/table.ts'
import { mark } from './kinds/tags.ts'
import type { LakeDefinition } from './lake.ts'
import { urlOf } from './parts/bucket.ts'
import { projectionOf, timeOf } from './parts/delivery-folders.ts'
import { partitionColumns, type Table, type TableFormat } from './parts/table.ts'

type Format = Pick<TableState, 'serde' | 'serdeParameters' | 'inputFormat' | 'outputFormat'>

const text = {
  inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
}
const always = { 'serialization.format': '1' }

const formats: Readonly<Record<TableFormat, Format>> = {
  parquet: {
    serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    serdeParameters: always,
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  },
  json: { serde: 'org.openx.data.jsonserde.JsonSerDe', serdeParameters: always, ...text },
  csv: {
    serde: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
    serdeParameters: { ...always, separatorChar: ',', quoteChar: '"', escapeChar: '\\' },
    ...text,
  },
}

/** OpenX's SerDe matches keys without regard to case unless told otherwise; where that decides, it is said. */
function formatOf({ format, columns }: Table): Format {
  const { serdeParameters, ...others } = formats[format]
  const isSpelled = Object.entries(columns).some(([name, { type }]) => catalogName(name + type) !== name + type)
  const caseless = format === 'json' && isSpelled ? { 'case.insensitive': 'TRUE' } : {}
  return { ...others, serdeParameters: { ...serdeParameters, ...caseless } }
}

/** What a delivery fills is projected: Firehose registers no partitions. */
export function tableState(table: Table, { name: lake, parts }: LakeDefinition): TableState {
  const keys = partitionColumns(table)
  const { partitionBy } = table
  const isFilled = parts.some(
    part => part.kind === 'delivery' && part.into?.name === table.name && part.into.database === table.database,
  )
  const filled = isFilled ? timeOf(table) : undefined
  const declared: readonly ColumnState[] = Object.entries(table.columns).map(([name, { type, comment }]) => ({
    ...{ name: catalogName(name), type: catalogName(type) },
    ...(comment !== undefined && { comment }),
  }))
  const columns = declared.filter(({ name }) => !keys.some(key => key.name === name))
  return {
    description: table.description ?? '',
    location: urlOf(table.at),
    columns,
    partitionKeys: keys.map(key => declared.find(({ name }) => name === key.name) ?? key),
    ...formatOf(table),
    parameters: {
      EXTERNAL: 'TRUE',
      classification: table.format,
      [mark]: lake,
      ...(filled && projectionOf(filled)),
      ...(partitionBy?.kind === 'time' && {
        [folders]: `the ${partitionBy.units.at(-1)} of ${catalogName(partitionBy.of)} in ${partitionBy.zone}`,
      }),
    },
  }
}
