// The tables of jobs in the ledger, version by version.

export const jobTables = [
  `
  CREATE TABLE glue_job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL,
    UNIQUE (account, region, name)
  );

  CREATE TABLE glue_job_run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, job INTEGER NOT NULL, state TEXT NOT NULL,
    attempt INTEGER NOT NULL, previous_run TEXT, trigger_name TEXT,
    request TEXT NOT NULL, -- arguments, time-out, what is only kept, whether nobody called for it
    started_at INTEGER NOT NULL, modified_at INTEGER NOT NULL, completed_at INTEGER,
    execution_milliseconds INTEGER NOT NULL, error TEXT, detail TEXT, numbers TEXT
  );
  CREATE INDEX glue_job_run_by_job ON glue_job_run (job, number);
  CREATE INDEX glue_job_run_under_way ON glue_job_run (job) WHERE state IN ('STARTING', 'RUNNING', 'STOPPING');

  -- The bookmark's own row: its version changes with whatever changes the bookmark, so that a run sees in its commit
  -- whether what it planned with still holds.
  CREATE TABLE glue_job_bookmark (
    job INTEGER PRIMARY KEY, version INTEGER NOT NULL, run INTEGER, runs INTEGER NOT NULL
  );

  -- Which objects a job has taken, by which run last, and whether it is to take them again (done = 0 after a reset).
  CREATE TABLE glue_job_input (
    job INTEGER NOT NULL, context TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL,
    modified_at INTEGER NOT NULL, etag TEXT NOT NULL, run INTEGER NOT NULL, done INTEGER NOT NULL,
    PRIMARY KEY (job, context, bucket, key)
  ) WITHOUT ROWID;
  CREATE INDEX glue_job_input_by_run ON glue_job_input (job, run);

  -- What those runs wrote and is still theirs: needed to replace it when the same inputs are taken again.
  CREATE TABLE glue_job_output (
    job INTEGER NOT NULL, run INTEGER NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL, blob TEXT NOT NULL,
    PRIMARY KEY (job, run, bucket, key)
  ) WITHOUT ROWID;
  `,
  // Old runs are dropped whenever one is added: without a walk through all the others.
  'CREATE INDEX glue_job_run_ended ON glue_job_run (job, completed_at)',
]
