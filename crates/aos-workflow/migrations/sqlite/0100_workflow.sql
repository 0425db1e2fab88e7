-- The engine's own tables. `tenant_id` is the nil id for what belongs to the agency itself: a distributed PostgreSQL
-- shards by this column, and such a column is never NULL.

CREATE TABLE job (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  queue TEXT NOT NULL,
  key TEXT,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  -- `waiting` until run_at, then `ready`.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'running', 'done', 'dead', 'cancelled')),
  priority INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  -- How often it was claimed; with lease_owner it is the fence that a worker without its lease can't pass.
  attempts INTEGER NOT NULL,
  -- How often it failed. A lost lease is an attempt, but no failure.
  failures INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_key ON job (key) WHERE key IS NOT NULL;
CREATE INDEX job_waiting ON job (run_at) WHERE state = 'waiting';
CREATE INDEX job_ready ON job (queue, tenant_id, priority DESC, run_at, id) WHERE state = 'ready';
CREATE INDEX job_running ON job (queue, tenant_id) WHERE state = 'running';
CREATE INDEX job_dead ON job (finished_at, id) WHERE state = 'dead';
CREATE INDEX job_over ON job (finished_at) WHERE state IN ('done', 'cancelled');

CREATE TABLE event (
  seq INTEGER PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  actor TEXT NOT NULL,
  why TEXT,
  data TEXT NOT NULL CHECK (json_valid(data)),
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX event_by_subject ON event (subject_id, seq);
CREATE INDEX event_by_tenant ON event (tenant_id, seq);
CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TABLE schedule (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  name TEXT NOT NULL,
  cron TEXT NOT NULL,
  zone TEXT NOT NULL,
  -- The job that it makes.
  kind TEXT NOT NULL,
  queue TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  catch_up TEXT NOT NULL CHECK (catch_up IN ('once', 'each')),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  next_at INTEGER NOT NULL,
  last_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, name)
) STRICT;
CREATE INDEX schedule_due ON schedule (next_at);

-- What only one process does at a time.
CREATE TABLE lease (
  name TEXT PRIMARY KEY NOT NULL,
  owner TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;

-- The processes of the product that are or were alive.
CREATE TABLE process (
  id TEXT PRIMARY KEY NOT NULL,
  roles TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT;
