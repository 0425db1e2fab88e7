-- How well a channel does, each time that it was looked at.
CREATE TABLE channel_score (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  channel_id uuid NOT NULL,
  at timestamptz NOT NULL,
  -- None when nothing could be measured.
  score double precision,
  -- Against the one before.
  delta double precision,
  dimensions jsonb NOT NULL,
  missing jsonb NOT NULL
);
CREATE INDEX channel_score_of ON channel_score (tenant_id, channel_id, at);

-- Work that was proposed for a low dimension; one at a time.
CREATE TABLE channel_improvement (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  channel_id uuid NOT NULL,
  dimension text NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz
);
CREATE UNIQUE INDEX channel_improvement_open ON channel_improvement (tenant_id, channel_id, dimension) WHERE closed_at IS NULL;
