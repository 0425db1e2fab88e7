-- Activities and pipelines. Rows come in bulk, together with the pipeline that they belong to, so what refers to what is
-- kept by the one place that writes them and not checked row by row.

CREATE TABLE pipeline_template (
  id uuid PRIMARY KEY NOT NULL,
  key text NOT NULL,
  version bigint NOT NULL,
  name text NOT NULL,
  deliverable_type text,
  body jsonb NOT NULL,
  -- Ships with the program; an edited one is not replaced by an update.
  built_in boolean NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  UNIQUE (key, version)
);

CREATE TABLE pipeline (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  template_id uuid NOT NULL,
  template_key text NOT NULL,
  template_version bigint NOT NULL,
  name text NOT NULL,
  origin jsonb NOT NULL,
  -- Starting again with the same key starts nothing.
  key text NOT NULL,
  input jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'completed', 'cancelled')),
  -- Activities that are not over.
  open_activities bigint NOT NULL,
  created_at timestamptz NOT NULL,
  completed_at timestamptz
);
CREATE UNIQUE INDEX pipeline_key ON pipeline (tenant_id, key);
CREATE INDEX pipeline_by_tenant ON pipeline (tenant_id, created_at, id);

CREATE TABLE activity (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  pipeline_id uuid NOT NULL,
  step_key text NOT NULL,
  name text NOT NULL,
  assignee_kind text NOT NULL CHECK (assignee_kind IN ('agent', 'human', 'system')),
  assignee_role text NOT NULL,
  step_kind text,
  is_approval boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('created', 'assigned', 'in_progress', 'awaiting_approval', 'approved', 'completed', 'failed', 'rejected', 'cancelled')),
  unit_kind text,
  unit_id uuid,
  -- Of an approval: the activity that makes what it decides on; of that one: its approval.
  partner_id uuid,
  input jsonb NOT NULL,
  output jsonb,
  notes text,
  -- What was sent back and is not handed in again yet.
  rework jsonb,
  -- What it let through: the steps after it repeat over these.
  units jsonb,
  -- Of an approval: subjects that are not approved yet.
  open_items bigint NOT NULL,
  attempt bigint NOT NULL,
  error text,
  error_help text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  completed_at timestamptz
);
CREATE INDEX activity_by_pipeline ON activity (pipeline_id, id);
CREATE INDEX activity_open ON activity (tenant_id, id) WHERE state NOT IN ('completed', 'cancelled');
CREATE INDEX activity_failed ON activity (id) WHERE state = 'failed';
CREATE INDEX activity_for_people ON activity (assignee_role, id)
  WHERE assignee_kind = 'human' AND is_approval = FALSE AND state NOT IN ('completed', 'cancelled');

CREATE TABLE approval (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  activity_id uuid NOT NULL,
  pipeline_id uuid NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  title text NOT NULL,
  version bigint NOT NULL,
  hash text NOT NULL,
  made_by text NOT NULL,
  role text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn')),
  requested_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by text,
  notes text
);
CREATE INDEX approval_by_activity ON approval (activity_id, id);
CREATE INDEX approval_by_subject ON approval (subject_id, id);
CREATE INDEX approval_pending ON approval (id) WHERE state = 'pending';
CREATE INDEX approval_pending_by_tenant ON approval (tenant_id, id) WHERE state = 'pending';
