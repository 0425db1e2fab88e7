-- Agents: their runs step by step, what they may spend, their skills and the models they use.
CREATE TABLE run (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  activity_id uuid NOT NULL,
  attempt bigint NOT NULL,
  role text NOT NULL,
  purpose text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'cancelled')),
  model text,
  offline boolean NOT NULL,
  context_version bigint,
  skills jsonb NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost bigint NOT NULL,
  output jsonb,
  error text,
  error_help text,
  cancel_requested boolean NOT NULL DEFAULT FALSE,
  started_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX run_by_activity ON run (activity_id, started_at);
CREATE INDEX run_by_tenant ON run (tenant_id, started_at);
CREATE INDEX run_by_time ON run (started_at);
CREATE INDEX run_by_state ON run (state, started_at);

CREATE TABLE run_step (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  number bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('model_call', 'tool_call', 'note')),
  title text NOT NULL,
  detail text NOT NULL,
  failed boolean NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (run_id, number)
);

CREATE TABLE ledger_entry (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  run_id uuid NOT NULL,
  purpose text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  state text NOT NULL CHECK (state IN ('reserved', 'settled')),
  amount bigint NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  failed boolean NOT NULL,
  created_at timestamptz NOT NULL,
  settled_at timestamptz
);
CREATE INDEX ledger_by_tenant ON ledger_entry (tenant_id, created_at);
CREATE INDEX ledger_by_run ON ledger_entry (run_id);

CREATE TABLE model_provider (
  id uuid PRIMARY KEY NOT NULL,
  name text NOT NULL UNIQUE,
  dialect text NOT NULL CHECK (dialect IN ('openai', 'anthropic', 'gemini')),
  base_url text,
  model text NOT NULL,
  credential_id uuid,
  input_price bigint NOT NULL,
  cached_price bigint NOT NULL,
  output_price bigint NOT NULL,
  requests_per_minute bigint NOT NULL,
  position bigint NOT NULL,
  enabled boolean NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE skill_version (
  id uuid PRIMARY KEY NOT NULL,
  name text NOT NULL,
  version bigint NOT NULL,
  hash text NOT NULL,
  text text NOT NULL,
  made_by text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (name, version)
);
