// The tables of crawlers in the ledger, version by version.

export const crawlerTables = [
  `
  CREATE TABLE glue_crawler (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    UNIQUE (account, region, name)
  );

  CREATE TABLE glue_crawl (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, crawler INTEGER NOT NULL, state TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER, milliseconds INTEGER NOT NULL, error TEXT, changes TEXT NOT NULL
  );
  CREATE INDEX glue_crawl_by_crawler ON glue_crawl (crawler, number);
  `,
  `
  ALTER TABLE glue_crawl ADD COLUMN is_unattended INTEGER NOT NULL DEFAULT 0;
  `,
]
