-- The agency, the people who sign in, what they may do, and who did what.

-- One row at most: the unique column lets a second first-run lose.
CREATE TABLE agency (
  id uuid PRIMARY KEY NOT NULL,
  only_one boolean NOT NULL UNIQUE CHECK (only_one),
  name text NOT NULL,
  zone text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE user_account (
  id uuid PRIMARY KEY NOT NULL,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  password_hash text NOT NULL,
  -- Set while the password is a one-time password: until when it lets somebody in.
  one_time_until timestamptz,
  password_changed_at timestamptz NOT NULL,
  disabled_at timestamptz,
  created_at timestamptz NOT NULL
);

CREATE TABLE session (
  id uuid PRIMARY KEY NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  token_hash text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  address text,
  user_agent text
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- `tenant_id` is empty for agency-wide roles. It refers to a table of a later slice, so the database can't check it.
CREATE TABLE membership (
  id uuid PRIMARY KEY NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  tenant_id uuid,
  role text NOT NULL CHECK (role IN ('administrator', 'consultant', 'reviewer', 'approver', 'admin', 'member')),
  created_at timestamptz NOT NULL,
  CHECK ((tenant_id IS NULL) = (role IN ('administrator', 'consultant', 'reviewer', 'approver')))
);
CREATE UNIQUE INDEX membership_once_agency ON membership (user_id, role) WHERE tenant_id IS NULL;
CREATE UNIQUE INDEX membership_once_tenant ON membership (user_id, tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX membership_by_tenant ON membership (tenant_id, role);
CREATE INDEX membership_by_role ON membership (role);

CREATE TABLE api_token (
  id uuid PRIMARY KEY NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  name text NOT NULL,
  token_hash text NOT NULL UNIQUE,
  -- The first characters, so that a person can tell which one a program holds.
  starts_with text NOT NULL,
  access text NOT NULL CHECK (access IN ('read', 'write')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_token_by_user ON api_token (user_id);

-- `throttle_key` is a hash of the account's e-mail or the address, so that unknown mails leave no trace in clear.
CREATE TABLE sign_in_throttle (
  throttle_key text PRIMARY KEY NOT NULL,
  failures bigint NOT NULL,
  last_attempt_at timestamptz NOT NULL,
  blocked_until timestamptz
);
CREATE INDEX sign_in_throttle_by_age ON sign_in_throttle (last_attempt_at);

CREATE TABLE audit_entry (
  id uuid PRIMARY KEY NOT NULL,
  tenant_id uuid,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  -- The person behind the actor, also behind a token.
  user_id uuid,
  action text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  detail jsonb NOT NULL
);
CREATE INDEX audit_entry_by_tenant ON audit_entry (tenant_id, id);
CREATE INDEX audit_entry_by_user ON audit_entry (user_id, id);
CREATE INDEX audit_entry_by_subject ON audit_entry (subject_id, id);
