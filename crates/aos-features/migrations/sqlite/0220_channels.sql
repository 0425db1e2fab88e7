-- Platform accounts that a tenant connected.
CREATE TABLE channel (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  platform TEXT NOT NULL,
  label TEXT NOT NULL,
  url TEXT NOT NULL,
  base_url TEXT NOT NULL,
  login TEXT,
  credential_id BLOB,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  warnings TEXT NOT NULL CHECK (json_valid(warnings)),
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  state TEXT NOT NULL CHECK (state IN ('connected', 'expired', 'disconnected')),
  problem TEXT,
  connected_by TEXT NOT NULL,
  connected_at INTEGER NOT NULL,
  checked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_by_tenant ON channel (tenant_id, platform, state);
