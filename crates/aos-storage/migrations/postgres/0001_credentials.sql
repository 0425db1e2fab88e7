-- Secrets at rest. `tenant_id` is empty for the agency's own.
CREATE TABLE credential (
  id uuid PRIMARY KEY NOT NULL,
  tenant_id uuid,
  purpose text NOT NULL,
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX credential_by_key ON credential (key_id);
CREATE INDEX credential_by_tenant ON credential (tenant_id);
