-- The agency, the people who sign in, what they may do, and who did what.

-- One row at most: the unique column lets a second first-run lose.
CREATE TABLE agency (
  id BLOB PRIMARY KEY NOT NULL,
  only_one INTEGER NOT NULL UNIQUE CHECK (only_one = 1),
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user_account (
  id BLOB PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  -- Set while the password is a one-time password: until when it lets somebody in.
  one_time_until INTEGER,
  password_changed_at INTEGER NOT NULL,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  address TEXT,
  user_agent TEXT
) STRICT;
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- `tenant_id` is empty for agency-wide roles. It refers to a table of a later slice, so the database can't check it.
CREATE TABLE membership (
  id BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  tenant_id BLOB,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'consultant', 'reviewer', 'approver', 'admin', 'member')),
  created_at INTEGER NOT NULL,
  CHECK ((tenant_id IS NULL) = (role IN ('administrator', 'consultant', 'reviewer', 'approver')))
) STRICT;
CREATE UNIQUE INDEX membership_once_agency ON membership (user_id, role) WHERE tenant_id IS NULL;
CREATE UNIQUE INDEX membership_once_tenant ON membership (user_id, tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX membership_by_tenant ON membership (tenant_id, role);
CREATE INDEX membership_by_role ON membership (role);

CREATE TABLE api_token (
  id BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  -- The first characters, so that a person can tell which one a program holds.
  starts_with TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('read', 'write')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX api_token_by_user ON api_token (user_id);

-- `throttle_key` is a hash of the account's e-mail or the address, so that unknown mails leave no trace in clear.
CREATE TABLE sign_in_throttle (
  throttle_key TEXT PRIMARY KEY NOT NULL,
  failures INTEGER NOT NULL,
  last_attempt_at INTEGER NOT NULL,
  blocked_until INTEGER
) STRICT;
CREATE INDEX sign_in_throttle_by_age ON sign_in_throttle (last_attempt_at);

CREATE TABLE audit_entry (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  -- The person behind the actor, also behind a token.
  user_id BLOB,
  action TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX audit_entry_by_tenant ON audit_entry (tenant_id, id);
CREATE INDEX audit_entry_by_user ON audit_entry (user_id, id);
CREATE INDEX audit_entry_by_subject ON audit_entry (subject_id, id);
