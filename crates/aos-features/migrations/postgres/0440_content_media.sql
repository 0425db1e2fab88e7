-- The client's pictures, films and documents, each once by its bytes: what people brought, and what the crawl found and
-- somebody looked at or chose.
CREATE TABLE media (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  origin text NOT NULL CHECK (origin IN ('crawl', 'upload')),
  -- Where the crawl found it.
  source_url text,
  object_key text NOT NULL,
  file_name text NOT NULL,
  content_type text NOT NULL,
  width bigint,
  height bigint,
  bytes bigint NOT NULL,
  hash text NOT NULL,
  -- What it shows; empty: nobody said.
  alt text NOT NULL,
  added_by text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Taken out; it does not come back by itself with the next look at the site.
  removed_at timestamptz,
  UNIQUE (tenant_id, hash)
);
CREATE INDEX media_by_tenant ON media (tenant_id, created_at, id) WHERE removed_at IS NULL;

-- The addresses on the client's site at which it was found; without one of the library's: it can't be taken in.
CREATE TABLE media_address (
  tenant_id uuid NOT NULL,
  address text NOT NULL,
  media_id uuid REFERENCES media (id),
  PRIMARY KEY (tenant_id, address)
);
CREATE INDEX media_address_by_media ON media_address (media_id);
