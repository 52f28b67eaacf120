// The ledger's tables of this part.
//
//   s3_bucket      one row a bucket; a name that is created anew gets a new id, so nothing old can come back under it
//   s3_setting     a bucket's further configuration, one JSON value a kind
//   s3_version     one row a version of a key, delete markers among them; (bucket, key, turn) is both the order of
//                  ListObjectVersions and, through the partial index, that of ListObjects
//   s3_upload      multipart uploads under way
//   s3_part        the parts of an upload, and of the object that it became
//   s3_composite   objects made of parts: whether they were joined to one blob, or wait to be cleared away
//
// Keys are TEXT under SQLite's BINARY collation: compared by their UTF-8 bytes, as S3 orders them. `turn` falls with
// every version of a key, so that the newest comes first.

export const tables = [
  `CREATE TABLE s3_bucket (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL UNIQUE,
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     versioning TEXT NOT NULL DEFAULT 'off',
     encryption TEXT
   ) STRICT;
   CREATE INDEX s3_bucket_account ON s3_bucket (account, name);

   CREATE TABLE s3_setting (
     bucket INTEGER NOT NULL,
     kind TEXT NOT NULL,
     content TEXT NOT NULL,
     PRIMARY KEY (bucket, kind)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE s3_version (
     bucket INTEGER NOT NULL,
     key TEXT NOT NULL,
     turn INTEGER NOT NULL,
     version_id TEXT NOT NULL,
     latest INTEGER NOT NULL,
     marker INTEGER NOT NULL,
     modified_at INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     etag TEXT NOT NULL,
     content TEXT NOT NULL,
     properties TEXT NOT NULL,
     tags TEXT NOT NULL,
     PRIMARY KEY (bucket, key, turn)
   ) STRICT, WITHOUT ROWID;
   CREATE UNIQUE INDEX s3_version_listed ON s3_version (bucket, key) WHERE latest = 1 AND marker = 0;
   CREATE UNIQUE INDEX s3_version_hidden_null ON s3_version (bucket, key) WHERE latest = 0 AND version_id = 'null';

   CREATE TABLE s3_upload (
     id TEXT PRIMARY KEY,
     bucket INTEGER NOT NULL,
     key TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     principal TEXT NOT NULL,
     checksum TEXT NOT NULL,
     properties TEXT NOT NULL,
     tags TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX s3_upload_key ON s3_upload (bucket, key, id);

   CREATE TABLE s3_part (
     composite TEXT NOT NULL,
     number INTEGER NOT NULL,
     blob TEXT,
     bytes INTEGER NOT NULL,
     etag TEXT NOT NULL,
     checksum TEXT NOT NULL,
     modified_at INTEGER NOT NULL,
     PRIMARY KEY (composite, number)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE s3_composite (
     id TEXT PRIMARY KEY,
     joined TEXT,
     state TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX s3_composite_untidy ON s3_composite (id) WHERE state IN ('joined', 'discarded');`,
]
