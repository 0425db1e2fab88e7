-- Crawls of a tenant's website and what they kept.
CREATE TABLE crawl (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  activity_id BLOB,
  start_url TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'incomplete', 'cancelled', 'failed')),
  limits TEXT NOT NULL CHECK (json_valid(limits)),
  progress TEXT NOT NULL CHECK (json_valid(progress)),
  incomplete TEXT NOT NULL CHECK (json_valid(incomplete)),
  findings TEXT NOT NULL CHECK (json_valid(findings)),
  brand TEXT CHECK (json_valid(brand)),
  screenshot_key TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  started_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX crawl_by_tenant ON crawl (tenant_id, started_at);
CREATE INDEX crawl_by_activity ON crawl (activity_id);

CREATE TABLE crawl_url (
  tenant_id BLOB NOT NULL,
  crawl_id BLOB NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  depth INTEGER NOT NULL,
  visited INTEGER NOT NULL CHECK (visited IN (0, 1)),
  PRIMARY KEY (crawl_id, url)
) STRICT;

CREATE TABLE site_page (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  crawl_id BLOB NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  final_url TEXT NOT NULL,
  canonical TEXT,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  depth INTEGER NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  language TEXT,
  markdown TEXT NOT NULL,
  word_count INTEGER NOT NULL,
  noindex INTEGER NOT NULL CHECK (noindex IN (0, 1)),
  rendered INTEGER NOT NULL CHECK (rendered IN (0, 1)),
  text_hash TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  details TEXT NOT NULL CHECK (json_valid(details)),
  fetched_at INTEGER NOT NULL,
  UNIQUE (crawl_id, url)
) STRICT;
CREATE INDEX site_page_by_tenant ON site_page (tenant_id, crawl_id);

CREATE TABLE site_image (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  crawl_id BLOB NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  page_url TEXT NOT NULL,
  alt TEXT NOT NULL,
  content_type TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  hash TEXT NOT NULL,
  object_key TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  UNIQUE (crawl_id, url)
) STRICT;
CREATE INDEX site_image_by_tenant ON site_image (tenant_id, crawl_id);

CREATE TABLE site_document (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  crawl_id BLOB NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  page_url TEXT NOT NULL,
  title TEXT NOT NULL,
  content_type TEXT NOT NULL,
  text TEXT NOT NULL,
  word_count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  object_key TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  UNIQUE (crawl_id, url)
) STRICT;
CREATE INDEX site_document_by_tenant ON site_document (tenant_id, crawl_id);
