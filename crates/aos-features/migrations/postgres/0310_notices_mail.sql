-- Whether a notification stands in the person's list, and since when it waits for their daily digest.
ALTER TABLE notification ADD COLUMN in_app boolean NOT NULL DEFAULT TRUE;
ALTER TABLE notification ADD COLUMN digest_at timestamptz;
CREATE INDEX notification_for_digest ON notification (user_id) WHERE digest_at IS NOT NULL;

-- What a person chose for one kind of notice; without a row the kind's own default counts.
CREATE TABLE notice_preference (
  user_id uuid NOT NULL,
  kind text NOT NULL,
  in_app boolean NOT NULL,
  mail text NOT NULL CHECK (mail IN ('at_once', 'digest', 'off')),
  PRIMARY KEY (user_id, kind)
);

-- When mail may reach a person. Times are minutes of the day in their zone; without quiet hours both are empty.
CREATE TABLE notice_hours (
  user_id uuid PRIMARY KEY NOT NULL,
  zone text NOT NULL,
  quiet_from bigint,
  quiet_until bigint,
  digest_minute bigint NOT NULL
);

-- The agency's mail server, where the settings file names none. One row at most.
CREATE TABLE mail_server (
  id uuid PRIMARY KEY NOT NULL,
  only_one boolean NOT NULL UNIQUE CHECK (only_one),
  host text NOT NULL,
  port bigint NOT NULL,
  security text NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
  login text,
  credential_id uuid,
  sender_name text NOT NULL,
  sender_address text NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Every mail that is or was to be sent. It keeps what the words are made of, never the words: a link in them is a secret.
CREATE TABLE mail (
  id uuid PRIMARY KEY NOT NULL,
  -- The same wish twice is one mail; the message's own id comes from it.
  key text NOT NULL UNIQUE,
  user_id uuid,
  address text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  -- Of a notice: while one mail about it waits, there is no second.
  cause text,
  data jsonb NOT NULL,
  -- `sending` is the intent; whoever finds it there does not know whether the mail left.
  state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'unconfirmed', 'failed', 'skipped')),
  attempts bigint NOT NULL,
  -- What the server said when it took the mail.
  answer text,
  problem text,
  help text,
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  settled_at timestamptz
);
CREATE UNIQUE INDEX mail_waiting_once ON mail (user_id, cause) WHERE state = 'waiting';
CREATE INDEX mail_by_age ON mail (created_at, id);
CREATE INDEX mail_in_trouble ON mail (created_at, id) WHERE state IN ('unconfirmed', 'failed');
