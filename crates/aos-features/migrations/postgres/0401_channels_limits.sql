-- What a platform lets an account do in a day, shared by all workers.
CREATE TABLE channel_permit (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  channel_id uuid NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX channel_permit_of ON channel_permit (tenant_id, channel_id, at);

-- What a platform said itself: how much is left, or when it wants to be asked again.
CREATE TABLE channel_quota (
  tenant_id uuid NOT NULL,
  channel_id uuid PRIMARY KEY NOT NULL,
  remaining bigint,
  resets_at timestamptz,
  wait_until timestamptz,
  noted_at timestamptz NOT NULL
);
