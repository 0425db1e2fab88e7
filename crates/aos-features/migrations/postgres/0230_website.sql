-- Crawls of a tenant's website and what they kept.
CREATE TABLE crawl (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  activity_id uuid,
  start_url text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'complete', 'incomplete', 'cancelled', 'failed')),
  limits jsonb NOT NULL,
  progress jsonb NOT NULL,
  incomplete jsonb NOT NULL,
  findings jsonb NOT NULL,
  brand jsonb,
  screenshot_key text,
  cancel_requested boolean NOT NULL DEFAULT FALSE,
  started_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX crawl_by_tenant ON crawl (tenant_id, started_at);
CREATE INDEX crawl_by_activity ON crawl (activity_id);

CREATE TABLE crawl_url (
  tenant_id uuid NOT NULL,
  crawl_id uuid NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url text NOT NULL,
  depth bigint NOT NULL,
  visited boolean NOT NULL,
  PRIMARY KEY (crawl_id, url)
);

CREATE TABLE site_page (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  crawl_id uuid NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url text NOT NULL,
  final_url text NOT NULL,
  canonical text,
  status bigint NOT NULL,
  content_type text NOT NULL,
  depth bigint NOT NULL,
  title text NOT NULL,
  description text NOT NULL,
  language text,
  markdown text NOT NULL,
  word_count bigint NOT NULL,
  noindex boolean NOT NULL,
  rendered boolean NOT NULL,
  text_hash text NOT NULL,
  bytes bigint NOT NULL,
  details jsonb NOT NULL,
  fetched_at timestamptz NOT NULL,
  UNIQUE (crawl_id, url)
);
CREATE INDEX site_page_by_tenant ON site_page (tenant_id, crawl_id);

CREATE TABLE site_image (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  crawl_id uuid NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url text NOT NULL,
  page_url text NOT NULL,
  alt text NOT NULL,
  content_type text NOT NULL,
  width bigint,
  height bigint,
  hash text NOT NULL,
  object_key text NOT NULL,
  bytes bigint NOT NULL,
  UNIQUE (crawl_id, url)
);
CREATE INDEX site_image_by_tenant ON site_image (tenant_id, crawl_id);

CREATE TABLE site_document (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  crawl_id uuid NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  url text NOT NULL,
  page_url text NOT NULL,
  title text NOT NULL,
  content_type text NOT NULL,
  text text NOT NULL,
  word_count bigint NOT NULL,
  hash text NOT NULL,
  object_key text NOT NULL,
  bytes bigint NOT NULL,
  UNIQUE (crawl_id, url)
);
CREATE INDEX site_document_by_tenant ON site_document (tenant_id, crawl_id);
