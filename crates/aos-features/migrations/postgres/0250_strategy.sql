-- Strategies, and what they set going: goals, deliverables, months.

-- `number` counts the tenant's strategies, `revision` the versions of one while it is made and decided on.
CREATE TABLE strategy (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid PRIMARY KEY NOT NULL,
  number bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('pending_approval', 'active', 'superseded', 'rejected')),
  revision bigint NOT NULL,
  content jsonb NOT NULL,
  hash text NOT NULL,
  made_by text NOT NULL,
  offline boolean NOT NULL,
  run_id uuid,
  rejection text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  decided_at timestamptz,
  UNIQUE (tenant_id, number)
);
CREATE UNIQUE INDEX strategy_one_active ON strategy (tenant_id) WHERE state = 'active';

CREATE TABLE strategy_revision (
  tenant_id uuid NOT NULL,
  strategy_id uuid NOT NULL REFERENCES strategy (id) ON DELETE CASCADE,
  revision bigint NOT NULL,
  content jsonb NOT NULL,
  hash text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (strategy_id, revision)
);

-- Days are texts as in 2026-04-30 and meant in the tenant's time zone.
CREATE TABLE goal (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid PRIMARY KEY NOT NULL,
  strategy_id uuid REFERENCES strategy (id),
  name text NOT NULL,
  description text NOT NULL,
  metric text NOT NULL,
  unit text NOT NULL,
  baseline double precision,
  target double precision NOT NULL,
  started_on text NOT NULL,
  target_date text NOT NULL,
  current_value double precision,
  closed_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX goal_by_tenant ON goal (tenant_id, closed_at);

CREATE TABLE goal_value (
  tenant_id uuid NOT NULL,
  goal_id uuid NOT NULL REFERENCES goal (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  value double precision NOT NULL,
  actor text NOT NULL,
  note text,
  PRIMARY KEY (goal_id, at)
);

CREATE TABLE deliverable (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid PRIMARY KEY NOT NULL,
  strategy_id uuid REFERENCES strategy (id),
  goal_id uuid REFERENCES goal (id),
  deliverable_type text NOT NULL,
  name text NOT NULL,
  monthly_quantity bigint NOT NULL CHECK (monthly_quantity > 0),
  template_key text NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
  -- Since when it is active without a break: months before that owe nothing.
  active_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX deliverable_by_tenant ON deliverable (tenant_id, state);
CREATE INDEX deliverable_by_goal ON deliverable (goal_id);

CREATE TABLE period (
  tenant_id uuid NOT NULL REFERENCES tenant (id),
  id uuid PRIMARY KEY NOT NULL,
  deliverable_id uuid NOT NULL REFERENCES deliverable (id),
  month text NOT NULL,
  target bigint NOT NULL CHECK (target > 0),
  completed_count bigint NOT NULL,
  -- Empty when the month was over before it could be opened.
  opened_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz NOT NULL,
  UNIQUE (deliverable_id, month)
);
CREATE INDEX period_by_tenant ON period (tenant_id, month);

-- What was counted: each thing once for a period, however often it is told.
CREATE TABLE period_unit (
  tenant_id uuid NOT NULL,
  period_id uuid NOT NULL REFERENCES period (id) ON DELETE CASCADE,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  counted_at timestamptz NOT NULL,
  PRIMARY KEY (period_id, subject_id)
);
