/**
 * ALTER, after this word. https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
 *
 *     DATABASE name SET DBPROPERTIES ('key' = 'value', …)
 *     TABLE name ADD [IF NOT EXISTS] PARTITION (…) [LOCATION '…'] …      TABLE name DROP [IF EXISTS] PARTITION (…), …
 *     TABLE name PARTITION (…) RENAME TO PARTITION (…)                   TABLE name [PARTITION (…)] SET LOCATION '…'
 *     TABLE name [PARTITION (…)] ADD | REPLACE COLUMNS (column type, …)  TABLE name SET TBLPROPERTIES (…)
 *     TABLE name CHANGE [COLUMN] column new type [COMMENT '…'] [FIRST | AFTER column]
 */
import { unsupportedStatement } from '../faults.ts'
import type { Reader } from './reader.ts'
import type { PartitionSpec, Statement, TableName } from './statement.ts'

export function readAlter(reader: Reader): Statement {
  if (reader.accept('DATABASE') || reader.accept('SCHEMA')) {
    const name = reader.identifier()
    reader.expect('SET', 'DBPROPERTIES')
    return { kind: 'setDatabaseProperties', name, properties: reader.properties() }
  }
  if (!reader.accept('TABLE')) throw unsupportedStatement(reader.place, `ALTER ${reader.peek.text.toUpperCase()}`)
  const table = reader.tableName()
  const partition = reader.accept('PARTITION') ? readSpec(reader) : undefined
  if (partition && reader.accept('RENAME', 'TO', 'PARTITION'))
    return { kind: 'renamePartition', table, from: partition, to: readSpec(reader) }
  const of = { table, ...(partition && { partition }) }
  if (reader.accept('SET', 'LOCATION')) return { kind: 'setLocation', ...of, location: reader.string() }
  if (reader.accept('ADD', 'COLUMNS')) return { kind: 'addColumns', ...of, columns: reader.list(() => reader.column()) }
  if (reader.accept('REPLACE', 'COLUMNS'))
    return { kind: 'replaceColumns', ...of, columns: reader.list(() => reader.column()) }
  if (partition) throw unsupportedStatement(reader.place, `ALTER TABLE … PARTITION … ${reader.peek.text.toUpperCase()}`)
  if (reader.accept('SET', 'TBLPROPERTIES')) return { kind: 'setProperties', table, properties: reader.properties() }
  if (reader.accept('CHANGE')) return readChange(reader, table)
  if (reader.sees('ADD', 'PARTITION') || reader.sees('ADD', 'IF')) return readAddPartitions(reader, table)
  if (reader.sees('DROP', 'PARTITION') || reader.sees('DROP', 'IF')) return readDropPartitions(reader, table)
  // Only Iceberg tables drop a column; Athena renames no table.
  const words = [reader.take(), reader.peek].map(({ text }) => text.toUpperCase())
  throw unsupportedStatement(reader.place, `ALTER TABLE … ${words.join(' ').trim()}`)
}

function readChange(reader: Reader, table: TableName): Statement {
  reader.accept('COLUMN')
  const name = reader.identifier()
  const column = reader.column()
  const after = reader.accept('FIRST')
    ? { after: null }
    : reader.accept('AFTER')
      ? { after: reader.identifier() }
      : undefined
  return { kind: 'changeColumn', table, name, column, ...after }
}

function readAddPartitions(reader: Reader, table: TableName): Statement {
  reader.expect('ADD')
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS')
  const partitions: { spec: PartitionSpec; location?: string }[] = []
  do {
    reader.expect('PARTITION')
    const spec = readSpec(reader)
    partitions.push(reader.accept('LOCATION') ? { spec, location: reader.string() } : { spec })
    reader.accept(',')
  } while (reader.sees('PARTITION'))
  return { kind: 'addPartitions', table, ifNotExists, partitions }
}

function readDropPartitions(reader: Reader, table: TableName): Statement {
  reader.expect('DROP')
  const ifExists = reader.accept('IF', 'EXISTS')
  const partitions: PartitionSpec[] = []
  do {
    reader.expect('PARTITION')
    partitions.push(readSpec(reader))
  } while (reader.accept(','))
  return { kind: 'dropPartitions', table, ifExists, partitions }
}

/** `(year = 2025, month = '10', day = DATE '2025-10-15', offset = -1)` */
export function readSpec(reader: Reader): PartitionSpec {
  return Object.fromEntries(
    reader.list(() => {
      const key = reader.identifier()
      reader.expect('=')
      if (!reader.accept('DATE')) reader.accept('TIMESTAMP')
      if (reader.seesString) return [key, reader.string()]
      const sign = reader.accept('-') ? '-' : ''
      const { kind } = reader.peek
      if (kind !== 'number' && (kind !== 'word' || sign)) throw reader.mismatch('<string>, <number>')
      return [key, sign + reader.take().text]
    }),
  )
}
