-- Secrets at rest. `tenant_id` is empty for the agency's own.
CREATE TABLE credential (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB,
  purpose TEXT NOT NULL,
  key_id TEXT NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX credential_by_key ON credential (key_id);
CREATE INDEX credential_by_tenant ON credential (tenant_id);
