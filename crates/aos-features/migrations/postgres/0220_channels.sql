-- Platform accounts that a tenant connected.
CREATE TABLE channel (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  platform text NOT NULL,
  label text NOT NULL,
  url text NOT NULL,
  base_url text NOT NULL,
  login text,
  credential_id uuid,
  scopes jsonb NOT NULL,
  warnings jsonb NOT NULL,
  settings jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('connected', 'expired', 'disconnected')),
  problem text,
  connected_by text NOT NULL,
  connected_at timestamptz NOT NULL,
  checked_at timestamptz NOT NULL
);
CREATE INDEX channel_by_tenant ON channel (tenant_id, platform, state);
