-- Agents: their runs step by step, what they may spend, their skills and the models they use.
CREATE TABLE run (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  activity_id BLOB NOT NULL,
  attempt INTEGER NOT NULL,
  role TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'cancelled')),
  model TEXT,
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  context_version INTEGER,
  skills TEXT NOT NULL CHECK (json_valid(skills)),
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  output TEXT CHECK (json_valid(output)),
  error TEXT,
  error_help TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  started_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX run_by_activity ON run (activity_id, started_at);
CREATE INDEX run_by_tenant ON run (tenant_id, started_at);
CREATE INDEX run_by_time ON run (started_at);
CREATE INDEX run_by_state ON run (state, started_at);

CREATE TABLE run_step (
  tenant_id BLOB NOT NULL,
  run_id BLOB NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('model_call', 'tool_call', 'note')),
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  failed INTEGER NOT NULL CHECK (failed IN (0, 1)),
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, number)
) STRICT;

CREATE TABLE ledger_entry (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  run_id BLOB NOT NULL,
  purpose TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'settled')),
  amount INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  failed INTEGER NOT NULL CHECK (failed IN (0, 1)),
  created_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;
CREATE INDEX ledger_by_tenant ON ledger_entry (tenant_id, created_at);
CREATE INDEX ledger_by_run ON ledger_entry (run_id);

CREATE TABLE model_provider (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  dialect TEXT NOT NULL CHECK (dialect IN ('openai', 'anthropic', 'gemini')),
  base_url TEXT,
  model TEXT NOT NULL,
  credential_id BLOB,
  input_price INTEGER NOT NULL,
  cached_price INTEGER NOT NULL,
  output_price INTEGER NOT NULL,
  requests_per_minute INTEGER NOT NULL,
  position INTEGER NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE skill_version (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  text TEXT NOT NULL,
  made_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (name, version)
) STRICT;
