/** A table's definition as the catalog has it: formats and SerDes are those that Athena's own CREATE TABLE writes. */
import type { ColumnState, TableState } from './kinds/table.ts'
import { mark } from './kinds/tags.ts'
import { urlOf } from './parts/bucket.ts'
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

export function tableState(table: Table, lake: string): TableState {
  const keys = partitionColumns(table)
  const comment = (name: string) => {
    const found = table.columns[name]?.comment
    return found === undefined ? {} : { comment: found }
  }
  const columns: readonly ColumnState[] = Object.entries(table.columns)
    .filter(([name]) => !keys.some(key => key.name === name))
    .map(([name, { type }]) => ({ name, type, ...comment(name) }))
  return {
    description: table.description ?? '',
    location: urlOf(table.at),
    columns,
    partitionKeys: keys.map(({ name, type }) => ({ name, type, ...comment(name) })),
    ...formats[table.format],
    parameters: {
      EXTERNAL: 'TRUE',
      classification: table.format,
      [mark]: lake,
    },
  }
}
