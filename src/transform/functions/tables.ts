/** The tables of functions. Code is a blob, referred to by each version that runs it. */
export const tables = [
  `CREATE TABLE functions_function (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     -- Numbers of versions are never given twice.
     next_version INTEGER NOT NULL, reserved INTEGER, PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;
   CREATE TABLE functions_version (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     -- 0 is $LATEST
     number INTEGER NOT NULL, settings TEXT NOT NULL, blob TEXT NOT NULL, code_bytes INTEGER NOT NULL,
     code_sha256 TEXT NOT NULL, revision TEXT NOT NULL, modified_at INTEGER NOT NULL,
     PRIMARY KEY (account, region, name, number)) STRICT, WITHOUT ROWID;
   CREATE TABLE functions_alias (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL,
     version TEXT NOT NULL, description TEXT NOT NULL, revision TEXT NOT NULL,
     PRIMARY KEY (account, region, name, alias)) STRICT, WITHOUT ROWID;
   CREATE TABLE functions_policy (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     -- '' is the function itself
     qualifier TEXT NOT NULL, statements TEXT NOT NULL, revision TEXT NOT NULL,
     PRIMARY KEY (account, region, name, qualifier)) STRICT, WITHOUT ROWID;
   CREATE TABLE functions_tag (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
     PRIMARY KEY (account, region, name, key)) STRICT, WITHOUT ROWID;
   CREATE TABLE functions_event (
     id TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, qualifier TEXT,
     blob TEXT NOT NULL, client_context TEXT, attempts INTEGER NOT NULL, accepted_at INTEGER NOT NULL,
     due_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX functions_event_of ON functions_event (account, region, name);`,
]
