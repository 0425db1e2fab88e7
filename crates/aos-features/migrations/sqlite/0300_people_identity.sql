-- Invitations, links that prove a mailbox, the second factor, sign-in through a provider, and what the agency asks of
-- everybody who signs in.

-- JSON list of networks in CIDR notation that staff may work from; empty: from anywhere.
ALTER TABLE agency ADD COLUMN office_networks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(office_networks));
ALTER TABLE agency ADD COLUMN two_factor_required INTEGER NOT NULL DEFAULT 0 CHECK (two_factor_required IN (0, 1));

-- Kept apart from the sessions, which are forgotten when they are over.
ALTER TABLE user_account ADD COLUMN last_seen_at INTEGER;
-- Somebody who came in through a provider may have none; `password_hash` is empty then.
ALTER TABLE user_account ADD COLUMN has_password INTEGER NOT NULL DEFAULT 1 CHECK (has_password IN (0, 1));

-- Where it was used last; `address` is where it began.
ALTER TABLE session ADD COLUMN last_address TEXT;

CREATE TABLE invitation (
  id BLOB PRIMARY KEY NOT NULL,
  email TEXT NOT NULL,
  -- SHA-256 of the link's token. Empty until a link is made; a new link takes the place of the one before.
  token_hash TEXT UNIQUE,
  -- Empty when nobody was signed in: the command line.
  invited_by BLOB REFERENCES user_account (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  accepted_by BLOB REFERENCES user_account (id) ON DELETE SET NULL,
  revoked_at INTEGER,
  CHECK (accepted_at IS NULL OR revoked_at IS NULL)
) STRICT;
CREATE INDEX invitation_by_email ON invitation (email);
CREATE INDEX invitation_open ON invitation (id) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- What somebody may do who accepts. `tenant_id` is empty for agency-wide roles.
CREATE TABLE invitation_grant (
  id BLOB PRIMARY KEY NOT NULL,
  invitation_id BLOB NOT NULL REFERENCES invitation (id) ON DELETE CASCADE,
  tenant_id BLOB,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'consultant', 'reviewer', 'approver', 'admin', 'member')),
  CHECK ((tenant_id IS NULL) = (role IN ('administrator', 'consultant', 'reviewer', 'approver')))
) STRICT;
CREATE INDEX invitation_grant_by_invitation ON invitation_grant (invitation_id);
CREATE INDEX invitation_grant_by_tenant ON invitation_grant (tenant_id);

-- Links that go to a mailbox and prove that somebody reads it.
CREATE TABLE account_link (
  id BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('password_reset', 'email_change')),
  -- The address to be confirmed.
  email TEXT,
  token_hash TEXT UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  CHECK ((email IS NOT NULL) = (purpose = 'email_change'))
) STRICT;
CREATE INDEX account_link_by_user ON account_link (user_id);
CREATE INDEX account_link_by_expiry ON account_link (expires_at);

CREATE TABLE two_factor (
  user_id BLOB PRIMARY KEY NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  -- The shared secret, in its envelope.
  credential_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  -- Empty until a first code showed that the app has it.
  confirmed_at INTEGER,
  -- The half minute whose code was used last: no code works twice.
  last_step INTEGER
) STRICT;

CREATE TABLE recovery_code (
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT;

-- Somebody whose password was right and whose code is still to come.
CREATE TABLE pending_sign_in (
  token_hash TEXT PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_sign_in_by_expiry ON pending_sign_in (expires_at);

CREATE TABLE identity_provider (
  id BLOB PRIMARY KEY NOT NULL,
  only_one INTEGER NOT NULL UNIQUE CHECK (only_one = 1),
  -- On the button: "Google", "Lighthouse accounts".
  name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  -- The client's secret, in its envelope.
  credential_id BLOB NOT NULL,
  -- JSON list of the domains whose addresses are taken; empty: any.
  domains TEXT NOT NULL CHECK (json_valid(domains)),
  -- What somebody without an account gets; empty: they are refused.
  join_role TEXT CHECK (join_role IN ('consultant', 'reviewer', 'approver', 'admin', 'member')),
  join_tenant_id BLOB,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK (join_role IS NULL OR (join_tenant_id IS NULL) = (join_role IN ('consultant', 'reviewer', 'approver')))
) STRICT;

-- Whom a provider means by its subject.
CREATE TABLE external_identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX external_identity_by_user ON external_identity (user_id);

-- Somebody who was sent to the provider and is expected back.
CREATE TABLE provider_visit (
  state_hash TEXT PRIMARY KEY NOT NULL,
  -- Of the secret in their browser, so that nobody else can come back in their place.
  browser_hash TEXT NOT NULL,
  next TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_visit_by_expiry ON provider_visit (expires_at);
