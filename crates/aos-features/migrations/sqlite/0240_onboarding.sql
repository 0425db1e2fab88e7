-- What people fill in about a client, and the context file made from it.
CREATE TABLE onboarding (
  tenant_id BLOB PRIMARY KEY NOT NULL,
  answers TEXT NOT NULL CHECK (json_valid(answers)),
  saved TEXT NOT NULL CHECK (json_valid(saved)),
  launched_at INTEGER,
  launched_by TEXT,
  rounds INTEGER NOT NULL,
  started_rounds INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE onboarding_document (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  file_name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  text TEXT NOT NULL,
  word_count INTEGER NOT NULL,
  object_key TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  uploaded_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX onboarding_document_by_tenant ON onboarding_document (tenant_id, created_at);

CREATE TABLE context_version (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL,
  markdown TEXT NOT NULL,
  hash TEXT NOT NULL,
  gaps TEXT NOT NULL CHECK (json_valid(gaps)),
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  made_by TEXT NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, version)
) STRICT;
