-- Whether a notification stands in the person's list, and since when it waits for their daily digest.
ALTER TABLE notification ADD COLUMN in_app INTEGER NOT NULL DEFAULT 1 CHECK (in_app IN (0, 1));
ALTER TABLE notification ADD COLUMN digest_at INTEGER;
CREATE INDEX notification_for_digest ON notification (user_id) WHERE digest_at IS NOT NULL;

-- What a person chose for one kind of notice; without a row the kind's own default counts.
CREATE TABLE notice_preference (
  user_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  in_app INTEGER NOT NULL CHECK (in_app IN (0, 1)),
  mail TEXT NOT NULL CHECK (mail IN ('at_once', 'digest', 'off')),
  PRIMARY KEY (user_id, kind)
) STRICT, WITHOUT ROWID;

-- When mail may reach a person. Times are minutes of the day in their zone; without quiet hours both are empty.
CREATE TABLE notice_hours (
  user_id BLOB PRIMARY KEY NOT NULL,
  zone TEXT NOT NULL,
  quiet_from INTEGER,
  quiet_until INTEGER,
  digest_minute INTEGER NOT NULL
) STRICT;

-- The agency's mail server, where the settings file names none. One row at most.
CREATE TABLE mail_server (
  id BLOB PRIMARY KEY NOT NULL,
  only_one INTEGER NOT NULL UNIQUE CHECK (only_one = 1),
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  security TEXT NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
  login TEXT,
  credential_id BLOB,
  sender_name TEXT NOT NULL,
  sender_address TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Every mail that is or was to be sent. It keeps what the words are made of, never the words: a link in them is a secret.
CREATE TABLE mail (
  id BLOB PRIMARY KEY NOT NULL,
  -- The same wish twice is one mail; the message's own id comes from it.
  key TEXT NOT NULL UNIQUE,
  user_id BLOB,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- Of a notice: while one mail about it waits, there is no second.
  cause TEXT,
  data TEXT NOT NULL CHECK (json_valid(data)),
  -- `sending` is the intent; whoever finds it there does not know whether the mail left.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'unconfirmed', 'failed', 'skipped')),
  attempts INTEGER NOT NULL,
  -- What the server said when it took the mail.
  answer TEXT,
  problem TEXT,
  help TEXT,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX mail_waiting_once ON mail (user_id, cause) WHERE state = 'waiting';
CREATE INDEX mail_by_age ON mail (created_at, id);
CREATE INDEX mail_in_trouble ON mail (created_at, id) WHERE state IN ('unconfirmed', 'failed');
