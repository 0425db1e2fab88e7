-- Strategies, and what they set going: goals, deliverables, months.

-- `number` counts the tenant's strategies, `revision` the versions of one while it is made and decided on.
CREATE TABLE strategy (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  id BLOB PRIMARY KEY NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending_approval', 'active', 'superseded', 'rejected')),
  revision INTEGER NOT NULL,
  content TEXT NOT NULL CHECK (json_valid(content)),
  hash TEXT NOT NULL,
  made_by TEXT NOT NULL,
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  run_id BLOB,
  rejection TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  decided_at INTEGER,
  UNIQUE (tenant_id, number)
) STRICT;
CREATE UNIQUE INDEX strategy_one_active ON strategy (tenant_id) WHERE state = 'active';

CREATE TABLE strategy_revision (
  tenant_id BLOB NOT NULL,
  strategy_id BLOB NOT NULL REFERENCES strategy (id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  content TEXT NOT NULL CHECK (json_valid(content)),
  hash TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (strategy_id, revision)
) STRICT;

-- Days are texts as in 2026-04-30 and meant in the tenant's time zone.
CREATE TABLE goal (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  id BLOB PRIMARY KEY NOT NULL,
  strategy_id BLOB REFERENCES strategy (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  metric TEXT NOT NULL,
  unit TEXT NOT NULL,
  baseline REAL,
  target REAL NOT NULL,
  started_on TEXT NOT NULL,
  target_date TEXT NOT NULL,
  current_value REAL,
  closed_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX goal_by_tenant ON goal (tenant_id, closed_at);

CREATE TABLE goal_value (
  tenant_id BLOB NOT NULL,
  goal_id BLOB NOT NULL REFERENCES goal (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  value REAL NOT NULL,
  actor TEXT NOT NULL,
  note TEXT,
  PRIMARY KEY (goal_id, at)
) STRICT;

CREATE TABLE deliverable (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  id BLOB PRIMARY KEY NOT NULL,
  strategy_id BLOB REFERENCES strategy (id),
  goal_id BLOB REFERENCES goal (id),
  deliverable_type TEXT NOT NULL,
  name TEXT NOT NULL,
  monthly_quantity INTEGER NOT NULL CHECK (monthly_quantity > 0),
  template_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
  -- Since when it is active without a break: months before that owe nothing.
  active_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deliverable_by_tenant ON deliverable (tenant_id, state);
CREATE INDEX deliverable_by_goal ON deliverable (goal_id);

CREATE TABLE period (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  id BLOB PRIMARY KEY NOT NULL,
  deliverable_id BLOB NOT NULL REFERENCES deliverable (id),
  month TEXT NOT NULL,
  target INTEGER NOT NULL CHECK (target > 0),
  completed_count INTEGER NOT NULL,
  -- Empty when the month was over before it could be opened.
  opened_at INTEGER,
  completed_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (deliverable_id, month)
) STRICT;
CREATE INDEX period_by_tenant ON period (tenant_id, month);

-- What was counted: each thing once for a period, however often it is told.
CREATE TABLE period_unit (
  tenant_id BLOB NOT NULL,
  period_id BLOB NOT NULL REFERENCES period (id) ON DELETE CASCADE,
  subject_kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  counted_at INTEGER NOT NULL,
  PRIMARY KEY (period_id, subject_id)
) STRICT;
