/**
 * Which statement a text is. SELECT goes to the engine as it is; the catalog's statements are read here; everything
 * else is refused by name, with its place.
 */
import { unsupportedStatement } from '../faults.ts'
import { readCreateTable } from './create-table.ts'
import { readAlter, readSpec } from './read-alter.ts'
import { readCreateView, readExecute, readExplain } from './read-query.ts'
import { readCreateTableAs, readInsert, readUnload } from './read-write.ts'
import { Reader } from './reader.ts'
import { isQuery, type Statement, type TableName } from './statement.ts'

export function parseStatement(sql: string): Statement {
  const reader = new Reader(sql)
  const statement = read(reader)
  if (statement.kind !== 'select') reader.end()
  return statement
}

function read(reader: Reader): Statement {
  if (reader.peek.kind === 'end') throw noStatement(reader)
  if (['SELECT', 'WITH', 'VALUES', 'TABLE', '('].some(word => reader.sees(word))) return { kind: 'select' }
  if (reader.accept('PREPARE')) return readPrepare(reader)
  if (reader.accept('EXPLAIN')) return readExplain(reader)
  if (reader.accept('EXECUTE')) return readExecute(reader)
  if (reader.accept('DEALLOCATE')) {
    reader.expect('PREPARE')
    return { kind: 'deallocate', name: reader.name() }
  }
  if (reader.accept('MSCK')) {
    reader.expect('REPAIR', 'TABLE')
    return { kind: 'repair', table: reader.tableName() }
  }
  if (reader.accept('SHOW')) return readShow(reader)
  if (reader.accept('DESCRIBE') || reader.accept('DESC')) return readDescribe(reader)
  if (reader.accept('INSERT')) return readInsert(reader)
  if (reader.accept('UNLOAD')) return readUnload(reader)
  if (reader.accept('CREATE')) return readCreate(reader)
  if (reader.accept('DROP')) return readDrop(reader)
  if (reader.accept('ALTER')) return readAlter(reader)
  const word = reader.peek.text.toUpperCase()
  if (!otherStatements.has(word)) throw noStatement(reader)
  throw refused(reader, word)
}

/** That Athena's two languages and Iceberg's tables have besides. */
const otherStatements = new Set([
  ...['ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'DELETE', 'DENY', 'EXPORT', 'GRANT', 'IMPORT', 'LOAD', 'LOCK', 'MERGE'],
  ...['OPTIMIZE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'START', 'TRUNCATE', 'UNLOCK', 'UPDATE', 'USE'],
  ...['USING', 'VACUUM'],
])

/** As Athena lists them; those of Hive's language are not among them. */
const begins = [
  ...['ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE'],
  ...['DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK'],
  ...['SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE'],
]

const noStatement = (reader: Reader): Error => reader.mismatch(`${begins.map(one => `'${one}'`).join(', ')}, <query>`)

/** The statement is known to Athena or to nobody; either way it is not run, and this says so. */
const refused = (reader: Reader, name: string) => unsupportedStatement(reader.place, name)

/** PREPARE name FROM statement */
function readPrepare(reader: Reader): Statement {
  const name = reader.name()
  reader.expect('FROM')
  const { place } = reader
  // Refused before it is read: each of a thousand in one another would be read anew, and take memory for all of its words.
  const isPrepare = reader.sees('PREPARE')
  const text = reader.query().trim()
  if (isPrepare || !isQuery(parseStatement(text)))
    throw unsupportedStatement(place, 'PREPARE of a statement that is no SELECT, INSERT INTO, CTAS or UNLOAD')
  return { kind: 'prepare', name, text }
}

function readShow(reader: Reader): Statement {
  if (reader.accept('DATABASES') || reader.accept('SCHEMAS')) {
    const liked = reader.accept('LIKE')
    return liked || reader.seesString ? { kind: 'showDatabases', pattern: reader.string() } : { kind: 'showDatabases' }
  }
  if (reader.accept('TABLES')) {
    const database = reader.accept('IN') || reader.accept('FROM') ? { database: reader.databaseName() } : {}
    const pattern = reader.accept('LIKE') || reader.seesString ? { pattern: reader.string() } : {}
    return { kind: 'showTables', ...database, ...pattern }
  }
  if (reader.accept('VIEWS')) {
    const database = reader.accept('IN') || reader.accept('FROM') ? { database: reader.databaseName() } : {}
    const pattern = reader.accept('LIKE') || reader.seesString ? { pattern: reader.string() } : {}
    return { kind: 'showViews', ...database, ...pattern }
  }
  if (reader.accept('CREATE', 'VIEW')) return { kind: 'showCreateView', table: reader.tableName() }
  if (reader.accept('PARTITIONS')) return { kind: 'showPartitions', table: reader.tableName() }
  if (reader.accept('CREATE', 'TABLE')) return { kind: 'showCreateTable', table: reader.tableName() }
  if (reader.accept('TBLPROPERTIES')) {
    const table = reader.tableName()
    if (!reader.sees('(')) return { kind: 'showProperties', table }
    const [property = ''] = reader.list(() => reader.string())
    return { kind: 'showProperties', table, property }
  }
  if (reader.accept('COLUMNS')) {
    if (!reader.accept('IN')) reader.expect('FROM')
    const table = reader.tableName()
    return { kind: 'showColumns', table: inDatabase(reader, table) }
  }
  throw refused(reader, `SHOW ${reader.peek.text.toUpperCase()}`)
}

/** `table IN database`, Hive's other way to name a table. */
function inDatabase(reader: Reader, table: TableName): TableName {
  if (!reader.accept('IN') && !reader.accept('FROM')) return table
  return { database: reader.identifier(), name: table.name }
}

/** DESCRIBE [EXTENDED | FORMATTED] table [PARTITION (…)] [column[.field …]], DESCRIBE DATABASE [EXTENDED] name */
function readDescribe(reader: Reader): Statement {
  for (const word of ['INPUT', 'OUTPUT']) if (reader.sees(word)) throw refused(reader, `DESCRIBE ${word}`)
  if (reader.accept('DATABASE') || reader.accept('SCHEMA')) {
    const isExtended = reader.accept('EXTENDED')
    return { kind: 'describeDatabase', name: reader.identifier(), isExtended }
  }
  const detail = reader.accept('EXTENDED') ? 'extended' : reader.accept('FORMATTED') ? 'formatted' : undefined
  const table = reader.tableName()
  const partition = reader.accept('PARTITION') ? { partition: readSpec(reader) } : {}
  const path: string[] = []
  if (reader.peek.kind === 'word' || reader.peek.kind === 'quoted') {
    path.push(reader.identifier())
    while (reader.accept('.')) path.push(readPart(reader))
  }
  return { kind: 'describe', table, ...(detail && { detail }), ...partition, path }
}

/** `field`, or '$elem$' in quotes. */
const readPart = (reader: Reader): string => (reader.seesString ? reader.string() : reader.identifier())

function readCreate(reader: Reader): Statement {
  if (reader.accept('DATABASE') || reader.accept('SCHEMA')) {
    const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS')
    const name = reader.identifier()
    const comment = reader.accept('COMMENT') ? { comment: reader.string() } : {}
    const location = reader.accept('LOCATION') ? { location: reader.string() } : {}
    const properties = reader.accept('WITH', 'DBPROPERTIES') ? reader.properties() : {}
    return { kind: 'createDatabase', name, ifNotExists, ...comment, ...location, properties }
  }
  if (reader.accept('OR', 'REPLACE', 'VIEW')) return readCreateView(reader, true)
  if (reader.accept('VIEW')) return readCreateView(reader, false)
  if (reader.accept('EXTERNAL', 'TABLE')) return readCreateTable(reader)
  if (reader.accept('TABLE')) return readCreateTableAs(reader)
  throw refused(reader, `CREATE ${reader.peek.text.toUpperCase()}`)
}

function readDrop(reader: Reader): Statement {
  if (reader.accept('DATABASE') || reader.accept('SCHEMA')) {
    const ifExists = reader.accept('IF', 'EXISTS')
    const name = reader.identifier()
    const cascade = reader.accept('CASCADE')
    if (!cascade) reader.accept('RESTRICT')
    return { kind: 'dropDatabase', name, ifExists, cascade }
  }
  if (reader.accept('TABLE')) {
    const ifExists = reader.accept('IF', 'EXISTS')
    return { kind: 'dropTable', table: reader.tableName(), ifExists }
  }
  if (reader.accept('VIEW')) {
    const ifExists = reader.accept('IF', 'EXISTS')
    return { kind: 'dropView', table: reader.tableName(), ifExists }
  }
  throw refused(reader, `DROP ${reader.peek.text.toUpperCase()}`)
}
