-- Requests, what they become, every version of it, and where it was published.
CREATE TABLE request (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('blog')),
  state TEXT NOT NULL CHECK (state IN ('draft', 'pending_approval', 'approved', 'in_progress', 'completed', 'rejected', 'closed')),
  title TEXT NOT NULL,
  brief TEXT NOT NULL,
  keywords TEXT NOT NULL CHECK (json_valid(keywords)),
  search_intent TEXT NOT NULL,
  audience TEXT NOT NULL,
  outline TEXT NOT NULL CHECK (json_valid(outline)),
  sources TEXT NOT NULL CHECK (json_valid(sources)),
  notes TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
  period_id BLOB,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  made_by TEXT NOT NULL,
  rejection TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX request_by_tenant ON request (tenant_id, created_at);

CREATE TABLE content_item (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  request_id BLOB NOT NULL REFERENCES request (id),
  kind TEXT NOT NULL CHECK (kind IN ('blog_post')),
  state TEXT NOT NULL CHECK (state IN ('draft', 'writing', 'review', 'approved', 'scheduled', 'published', 'failed')),
  title TEXT NOT NULL,
  period_id BLOB,
  current_version INTEGER NOT NULL,
  approved_version INTEGER,
  publish_mode TEXT NOT NULL CHECK (json_valid(publish_mode)),
  published_url TEXT,
  published_at INTEGER,
  problem TEXT,
  problem_help TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (request_id, kind)
) STRICT;
CREATE INDEX content_item_by_tenant ON content_item (tenant_id, updated_at);
CREATE INDEX content_item_by_state ON content_item (tenant_id, state);
CREATE INDEX content_item_in_state ON content_item (state, id);

CREATE TABLE content_version (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  item_id BLOB NOT NULL REFERENCES content_item (id),
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  slug TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  markdown TEXT NOT NULL,
  categories TEXT NOT NULL CHECK (json_valid(categories)),
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  image TEXT,
  sources TEXT NOT NULL CHECK (json_valid(sources)),
  gaps TEXT NOT NULL CHECK (json_valid(gaps)),
  word_count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  author TEXT NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (item_id, version)
) STRICT;
CREATE INDEX content_version_by_tenant ON content_version (tenant_id, item_id);

CREATE TABLE publication (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  item_id BLOB NOT NULL REFERENCES content_item (id),
  channel_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended', 'unconfirmed', 'on_site', 'live', 'failed')),
  platform_id TEXT,
  url TEXT,
  notes TEXT NOT NULL CHECK (json_valid(notes)),
  problem TEXT,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (item_id, channel_id)
) STRICT;
CREATE INDEX publication_by_tenant ON publication (tenant_id, item_id);
