-- Links in mails with which one person decides on what one activity asks for. The secret itself is not kept.
CREATE TABLE approval_link (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  token_hash text NOT NULL UNIQUE,
  activity_id uuid NOT NULL,
  user_id uuid NOT NULL,
  -- Over what waited when the mail was written, so that a change since then can be told.
  hash text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX approval_link_by_expiry ON approval_link (expires_at);

-- When it was said again that an approval waits.
CREATE TABLE approval_reminder (
  tenant_id uuid NOT NULL,
  approval_id uuid PRIMARY KEY NOT NULL,
  reminded_at timestamptz NOT NULL,
  escalated_at timestamptz
);

-- After how many working days; one row at most, without one the defaults count.
CREATE TABLE approval_patience (
  id uuid PRIMARY KEY NOT NULL,
  only_one boolean NOT NULL UNIQUE CHECK (only_one),
  remind_days bigint NOT NULL,
  escalate_days bigint NOT NULL
);
