-- Invitations, links that prove a mailbox, the second factor, sign-in through a provider, and what the agency asks of
-- everybody who signs in.

-- JSON list of networks in CIDR notation that staff may work from; empty: from anywhere.
ALTER TABLE agency ADD COLUMN office_networks jsonb NOT NULL DEFAULT '[]';
ALTER TABLE agency ADD COLUMN two_factor_required boolean NOT NULL DEFAULT false;

-- Kept apart from the sessions, which are forgotten when they are over.
ALTER TABLE user_account ADD COLUMN last_seen_at timestamptz;
-- Somebody who came in through a provider may have none; `password_hash` is empty then.
ALTER TABLE user_account ADD COLUMN has_password boolean NOT NULL DEFAULT true;

-- Where it was used last; `address` is where it began.
ALTER TABLE session ADD COLUMN last_address text;

CREATE TABLE invitation (
  id uuid PRIMARY KEY NOT NULL,
  email text NOT NULL,
  -- SHA-256 of the link's token. Empty until a link is made; a new link takes the place of the one before.
  token_hash text UNIQUE,
  -- Empty when nobody was signed in: the command line.
  invited_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  accepted_by uuid REFERENCES user_account (id) ON DELETE SET NULL,
  revoked_at timestamptz,
  CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE INDEX invitation_by_email ON invitation (email);
CREATE INDEX invitation_open ON invitation (id) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- What somebody may do who accepts. `tenant_id` is empty for agency-wide roles.
CREATE TABLE invitation_grant (
  id uuid PRIMARY KEY NOT NULL,
  invitation_id uuid NOT NULL REFERENCES invitation (id) ON DELETE CASCADE,
  tenant_id uuid,
  role text NOT NULL CHECK (role IN ('administrator', 'consultant', 'reviewer', 'approver', 'admin', 'member')),
  CHECK ((tenant_id IS NULL) = (role IN ('administrator', 'consultant', 'reviewer', 'approver')))
);
CREATE INDEX invitation_grant_by_invitation ON invitation_grant (invitation_id);
CREATE INDEX invitation_grant_by_tenant ON invitation_grant (tenant_id);

-- Links that go to a mailbox and prove that somebody reads it.
CREATE TABLE account_link (
  id uuid PRIMARY KEY NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_change')),
  -- The address to be confirmed.
  email text,
  token_hash text UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CHECK ((email IS NOT NULL) = (purpose = 'email_change'))
);
CREATE INDEX account_link_by_user ON account_link (user_id);
CREATE INDEX account_link_by_expiry ON account_link (expires_at);

CREATE TABLE two_factor (
  user_id uuid PRIMARY KEY NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  -- The shared secret, in its envelope.
  credential_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  -- Empty until a first code showed that the app has it.
  confirmed_at timestamptz,
  -- The half minute whose code was used last: no code works twice.
  last_step bigint
);

CREATE TABLE recovery_code (
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  code_hash text NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);

-- Somebody whose password was right and whose code is still to come.
CREATE TABLE pending_sign_in (
  token_hash text PRIMARY KEY NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX pending_sign_in_by_expiry ON pending_sign_in (expires_at);

CREATE TABLE identity_provider (
  id uuid PRIMARY KEY NOT NULL,
  only_one boolean NOT NULL UNIQUE CHECK (only_one),
  -- On the button: "Google", "Lighthouse accounts".
  name text NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  -- The client's secret, in its envelope.
  credential_id uuid NOT NULL,
  -- JSON list of the domains whose addresses are taken; empty: any.
  domains jsonb NOT NULL,
  -- What somebody without an account gets; empty: they are refused.
  join_role text CHECK (join_role IN ('consultant', 'reviewer', 'approver', 'admin', 'member')),
  join_tenant_id uuid,
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (join_role IS NULL OR (join_tenant_id IS NULL) = (join_role IN ('consultant', 'reviewer', 'approver')))
);

-- Whom a provider means by its subject.
CREATE TABLE external_identity (
  issuer text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identity_by_user ON external_identity (user_id);

-- Somebody who was sent to the provider and is expected back.
CREATE TABLE provider_visit (
  state_hash text PRIMARY KEY NOT NULL,
  -- Of the secret in their browser, so that nobody else can come back in their place.
  browser_hash text NOT NULL,
  next text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX provider_visit_by_expiry ON provider_visit (expires_at);
