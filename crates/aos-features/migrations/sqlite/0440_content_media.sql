-- The client's pictures, films and documents, each once by its bytes: what people brought, and what the crawl found and
-- somebody looked at or chose.
CREATE TABLE media (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('crawl', 'upload')),
  -- Where the crawl found it.
  source_url TEXT,
  object_key TEXT NOT NULL,
  file_name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  bytes INTEGER NOT NULL,
  hash TEXT NOT NULL,
  -- What it shows; empty: nobody said.
  alt TEXT NOT NULL,
  added_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Taken out; it does not come back by itself with the next look at the site.
  removed_at INTEGER,
  UNIQUE (tenant_id, hash)
) STRICT;
CREATE INDEX media_by_tenant ON media (tenant_id, created_at, id) WHERE removed_at IS NULL;

-- The addresses on the client's site at which it was found; without one of the library's: it can't be taken in.
CREATE TABLE media_address (
  tenant_id BLOB NOT NULL,
  address TEXT NOT NULL,
  media_id BLOB REFERENCES media (id),
  PRIMARY KEY (tenant_id, address)
) STRICT;
CREATE INDEX media_address_by_media ON media_address (media_id);
