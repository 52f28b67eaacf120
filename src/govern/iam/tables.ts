/** What IAM keeps in the ledger. Names are unique without regard to case, and found with it. */

export const iamTables: readonly string[] = [
  `CREATE TABLE iam_entity (
     id TEXT PRIMARY KEY,
     account TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('user', 'role', 'group', 'profile')),
     name TEXT NOT NULL,
     path TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     tags TEXT NOT NULL DEFAULT '{}',
     boundary TEXT,
     trust TEXT,
     description TEXT,
     session_seconds_max INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE UNIQUE INDEX iam_entity_name ON iam_entity (account, kind, name COLLATE NOCASE);
   CREATE INDEX iam_entity_boundary ON iam_entity (boundary) WHERE boundary IS NOT NULL;

   CREATE TABLE iam_inline (
     entity TEXT NOT NULL REFERENCES iam_entity (id),
     name TEXT NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (entity, name)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE iam_policy (
     arn TEXT PRIMARY KEY,
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     name TEXT NOT NULL,
     path TEXT NOT NULL,
     description TEXT,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     default_version INTEGER NOT NULL,
     last_version INTEGER NOT NULL,
     tags TEXT NOT NULL DEFAULT '{}'
   ) STRICT, WITHOUT ROWID;
   CREATE UNIQUE INDEX iam_policy_name ON iam_policy (account, name COLLATE NOCASE);

   CREATE TABLE iam_policy_version (
     arn TEXT NOT NULL REFERENCES iam_policy (arn),
     version INTEGER NOT NULL,
     document TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     PRIMARY KEY (arn, version)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE iam_attachment (
     entity TEXT NOT NULL REFERENCES iam_entity (id),
     arn TEXT NOT NULL,
     PRIMARY KEY (entity, arn)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX iam_attachment_arn ON iam_attachment (arn);

   CREATE TABLE iam_membership (
     holder TEXT NOT NULL REFERENCES iam_entity (id),
     member TEXT NOT NULL REFERENCES iam_entity (id),
     PRIMARY KEY (holder, member)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX iam_membership_member ON iam_membership (member);

   CREATE TABLE iam_access_key (
     key TEXT PRIMARY KEY,
     account TEXT NOT NULL,
     owner TEXT,
     secret TEXT NOT NULL,
     active INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     used_at INTEGER,
     used_service TEXT,
     used_region TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX iam_access_key_owner ON iam_access_key (account, owner);

   CREATE TABLE iam_session (
     key TEXT PRIMARY KEY,
     secret TEXT NOT NULL,
     token TEXT NOT NULL,
     principal TEXT NOT NULL,
     policies TEXT,
     tags TEXT NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX iam_session_expiry ON iam_session (expires_at);`,
  `CREATE TABLE iam_alias (
     account TEXT PRIMARY KEY,
     alias TEXT NOT NULL UNIQUE
   ) STRICT, WITHOUT ROWID;`,
]
