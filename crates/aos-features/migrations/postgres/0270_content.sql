-- Requests, what they become, every version of it, and where it was published.
CREATE TABLE request (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  kind text NOT NULL CHECK (kind IN ('blog')),
  state text NOT NULL CHECK (state IN ('draft', 'pending_approval', 'approved', 'in_progress', 'completed', 'rejected', 'closed')),
  title text NOT NULL,
  brief text NOT NULL,
  keywords jsonb NOT NULL,
  search_intent text NOT NULL,
  audience text NOT NULL,
  outline jsonb NOT NULL,
  sources jsonb NOT NULL,
  notes text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
  period_id uuid,
  version bigint NOT NULL,
  hash text NOT NULL,
  offline boolean NOT NULL,
  made_by text NOT NULL,
  rejection text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX request_by_tenant ON request (tenant_id, created_at);

CREATE TABLE content_item (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  request_id uuid NOT NULL REFERENCES request (id),
  kind text NOT NULL CHECK (kind IN ('blog_post')),
  state text NOT NULL CHECK (state IN ('draft', 'writing', 'review', 'approved', 'scheduled', 'published', 'failed')),
  title text NOT NULL,
  period_id uuid,
  current_version bigint NOT NULL,
  approved_version bigint,
  publish_mode jsonb NOT NULL,
  published_url text,
  published_at timestamptz,
  problem text,
  problem_help text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (request_id, kind)
);
CREATE INDEX content_item_by_tenant ON content_item (tenant_id, updated_at);
CREATE INDEX content_item_by_state ON content_item (tenant_id, state);
CREATE INDEX content_item_in_state ON content_item (state, id);

CREATE TABLE content_version (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  item_id uuid NOT NULL REFERENCES content_item (id),
  version bigint NOT NULL,
  title text NOT NULL,
  slug text NOT NULL,
  excerpt text NOT NULL,
  markdown text NOT NULL,
  categories jsonb NOT NULL,
  tags jsonb NOT NULL,
  image text,
  sources jsonb NOT NULL,
  gaps jsonb NOT NULL,
  word_count bigint NOT NULL,
  hash text NOT NULL,
  offline boolean NOT NULL,
  author text NOT NULL,
  note text,
  created_at timestamptz NOT NULL,
  UNIQUE (item_id, version)
);
CREATE INDEX content_version_by_tenant ON content_version (tenant_id, item_id);

CREATE TABLE publication (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  item_id uuid NOT NULL REFERENCES content_item (id),
  channel_id uuid NOT NULL,
  version bigint NOT NULL,
  hash text NOT NULL,
  state text NOT NULL CHECK (state IN ('intended', 'unconfirmed', 'on_site', 'live', 'failed')),
  platform_id text,
  url text,
  notes jsonb NOT NULL,
  problem text,
  attempts bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (item_id, channel_id)
);
CREATE INDEX publication_by_tenant ON publication (tenant_id, item_id);
