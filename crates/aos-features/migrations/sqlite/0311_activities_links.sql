-- Links in mails with which one person decides on what one activity asks for. The secret itself is not kept.
CREATE TABLE approval_link (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  activity_id BLOB NOT NULL,
  user_id BLOB NOT NULL,
  -- Over what waited when the mail was written, so that a change since then can be told.
  hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_link_by_expiry ON approval_link (expires_at);

-- When it was said again that an approval waits.
CREATE TABLE approval_reminder (
  tenant_id BLOB NOT NULL,
  approval_id BLOB PRIMARY KEY NOT NULL,
  reminded_at INTEGER NOT NULL,
  escalated_at INTEGER
) STRICT;

-- After how many working days; one row at most, without one the defaults count.
CREATE TABLE approval_patience (
  id BLOB PRIMARY KEY NOT NULL,
  only_one INTEGER NOT NULL UNIQUE CHECK (only_one = 1),
  remind_days INTEGER NOT NULL,
  escalate_days INTEGER NOT NULL
) STRICT;
