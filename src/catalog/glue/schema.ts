// The catalog's tables in the ledger, version by version. Definitions are JSON because they are always read whole.

export const catalogTables = [
  `
  CREATE TABLE glue_database (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, name)
  ) WITHOUT ROWID;

  CREATE TABLE glue_table (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, region TEXT NOT NULL, database TEXT NOT NULL, name TEXT NOT NULL,
    version INTEGER NOT NULL, definition TEXT NOT NULL, indexes TEXT NOT NULL,
    created_by TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    UNIQUE (account, region, database, name)
  );

  CREATE TABLE glue_table_version (
    table_id INTEGER NOT NULL, version INTEGER NOT NULL, definition TEXT NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (table_id, version)
  ) WITHOUT ROWID;

  -- What thousands of partitions of a table have in common is kept once: columns, formats, serde. Their own location
  -- and parameters are in their rows.
  CREATE TABLE glue_partition_storage (
    table_id INTEGER NOT NULL, id INTEGER NOT NULL, storage TEXT NOT NULL,
    PRIMARY KEY (table_id, id)
  ) WITHOUT ROWID;

  CREATE TABLE glue_partition (
    table_id INTEGER NOT NULL,
    partition_values TEXT NOT NULL, -- JSON array
    location TEXT NOT NULL, storage INTEGER NOT NULL, storage_parameters TEXT, parameters TEXT,
    created_at INTEGER NOT NULL, last_access_at INTEGER, last_analyzed_at INTEGER,
    PRIMARY KEY (table_id, partition_values)
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE glue_column_statistics (
    table_id INTEGER NOT NULL,
    partition_values TEXT NOT NULL, -- JSON array; empty for those of the whole table
    column_name TEXT NOT NULL, statistics TEXT NOT NULL,
    PRIMARY KEY (table_id, partition_values, column_name)
  ) WITHOUT ROWID;

  CREATE TABLE glue_function (
    account TEXT NOT NULL, region TEXT NOT NULL, database TEXT NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, database, name)
  ) WITHOUT ROWID;

  CREATE TABLE glue_catalog_policy (
    account TEXT NOT NULL, region TEXT NOT NULL,
    document TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region)
  ) WITHOUT ROWID;
  `,
  `
  -- Batches of partitions that are not seen yet: partition-rows.ts. No id comes twice: one of the rows may outlive it.
  CREATE TABLE glue_partition_batch (id INTEGER PRIMARY KEY AUTOINCREMENT, table_id INTEGER NOT NULL);
  ALTER TABLE glue_partition ADD COLUMN batch INTEGER;
  `,
]
