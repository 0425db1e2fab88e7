-- How well a channel does, each time that it was looked at.
CREATE TABLE channel_score (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  channel_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  -- None when nothing could be measured.
  score REAL,
  -- Against the one before.
  delta REAL,
  dimensions TEXT NOT NULL CHECK (json_valid(dimensions)),
  missing TEXT NOT NULL CHECK (json_valid(missing))
) STRICT;
CREATE INDEX channel_score_of ON channel_score (tenant_id, channel_id, at);

-- Work that was proposed for a low dimension; one at a time.
CREATE TABLE channel_improvement (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  channel_id BLOB NOT NULL,
  dimension TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX channel_improvement_open ON channel_improvement (tenant_id, channel_id, dimension) WHERE closed_at IS NULL;
