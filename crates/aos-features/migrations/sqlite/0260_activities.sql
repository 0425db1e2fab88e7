-- Activities and pipelines. Rows come in bulk, together with the pipeline that they belong to, so what refers to what is
-- kept by the one place that writes them and not checked row by row.

CREATE TABLE pipeline_template (
  id BLOB PRIMARY KEY NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  deliverable_type TEXT,
  body TEXT NOT NULL CHECK (json_valid(body)),
  -- Ships with the program; an edited one is not replaced by an update.
  built_in INTEGER NOT NULL CHECK (built_in IN (0, 1)),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  UNIQUE (key, version)
) STRICT;

CREATE TABLE pipeline (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  template_id BLOB NOT NULL,
  template_key TEXT NOT NULL,
  template_version INTEGER NOT NULL,
  name TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (json_valid(origin)),
  -- Starting again with the same key starts nothing.
  key TEXT NOT NULL,
  input TEXT NOT NULL CHECK (json_valid(input)),
  state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'cancelled')),
  -- Activities that are not over.
  open_activities INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX pipeline_key ON pipeline (tenant_id, key);
CREATE INDEX pipeline_by_tenant ON pipeline (tenant_id, created_at, id);

CREATE TABLE activity (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  pipeline_id BLOB NOT NULL,
  step_key TEXT NOT NULL,
  name TEXT NOT NULL,
  assignee_kind TEXT NOT NULL CHECK (assignee_kind IN ('agent', 'human', 'system')),
  assignee_role TEXT NOT NULL,
  step_kind TEXT,
  is_approval INTEGER NOT NULL CHECK (is_approval IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('created', 'assigned', 'in_progress', 'awaiting_approval', 'approved', 'completed', 'failed', 'rejected', 'cancelled')),
  unit_kind TEXT,
  unit_id BLOB,
  -- Of an approval: the activity that makes what it decides on; of that one: its approval.
  partner_id BLOB,
  input TEXT NOT NULL CHECK (json_valid(input)),
  output TEXT CHECK (output IS NULL OR json_valid(output)),
  notes TEXT,
  -- What was sent back and is not handed in again yet.
  rework TEXT CHECK (rework IS NULL OR json_valid(rework)),
  -- What it let through: the steps after it repeat over these.
  units TEXT CHECK (units IS NULL OR json_valid(units)),
  -- Of an approval: subjects that are not approved yet.
  open_items INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  error TEXT,
  error_help TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_by_pipeline ON activity (pipeline_id, id);
CREATE INDEX activity_open ON activity (tenant_id, id) WHERE state NOT IN ('completed', 'cancelled');
CREATE INDEX activity_failed ON activity (id) WHERE state = 'failed';
CREATE INDEX activity_for_people ON activity (assignee_role, id)
  WHERE assignee_kind = 'human' AND is_approval = FALSE AND state NOT IN ('completed', 'cancelled');

CREATE TABLE approval (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  activity_id BLOB NOT NULL,
  pipeline_id BLOB NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  title TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  made_by TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn')),
  requested_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  notes TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_by_activity ON approval (activity_id, id);
CREATE INDEX approval_by_subject ON approval (subject_id, id);
CREATE INDEX approval_pending ON approval (id) WHERE state = 'pending';
CREATE INDEX approval_pending_by_tenant ON approval (tenant_id, id) WHERE state = 'pending';
