-- What people fill in about a client, and the context file made from it.
CREATE TABLE onboarding (
  tenant_id uuid PRIMARY KEY NOT NULL,
  answers jsonb NOT NULL,
  saved jsonb NOT NULL,
  launched_at timestamptz,
  launched_by text,
  rounds bigint NOT NULL,
  started_rounds bigint NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE onboarding_document (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  file_name text NOT NULL,
  content_type text NOT NULL,
  text text NOT NULL,
  word_count bigint NOT NULL,
  object_key text NOT NULL,
  bytes bigint NOT NULL,
  uploaded_by text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX onboarding_document_by_tenant ON onboarding_document (tenant_id, created_at);

CREATE TABLE context_version (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  version bigint NOT NULL,
  markdown text NOT NULL,
  hash text NOT NULL,
  gaps jsonb NOT NULL,
  offline boolean NOT NULL,
  made_by text NOT NULL,
  note text,
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, version)
);
