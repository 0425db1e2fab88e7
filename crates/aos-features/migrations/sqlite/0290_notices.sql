-- What people are told. One row for each cause and person: the same cause again counts up and is unread again.
CREATE TABLE notification (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  user_id BLOB NOT NULL,
  cause TEXT NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_valid(data)),
  subject_kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  times INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  read_at INTEGER,
  UNIQUE (user_id, cause)
) STRICT;
CREATE INDEX notification_by_user ON notification (user_id, last_at, id);
CREATE INDEX notification_unread ON notification (user_id, tenant_id) WHERE read_at IS NULL;
