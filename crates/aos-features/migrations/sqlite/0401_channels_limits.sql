-- What a platform lets an account do in a day, shared by all workers.
CREATE TABLE channel_permit (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  channel_id BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_permit_of ON channel_permit (tenant_id, channel_id, at);

-- What a platform said itself: how much is left, or when it wants to be asked again.
CREATE TABLE channel_quota (
  tenant_id BLOB NOT NULL,
  channel_id BLOB PRIMARY KEY NOT NULL,
  remaining INTEGER,
  resets_at INTEGER,
  wait_until INTEGER,
  noted_at INTEGER NOT NULL
) STRICT;
