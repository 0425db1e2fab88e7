-- Connecting by consent: the agency's applications, visits to a platform, the tokens that came of them, giving them back.

ALTER TABLE channel ADD COLUMN target_key text;
ALTER TABLE channel ADD COLUMN grant_id uuid;
ALTER TABLE channel ADD COLUMN check_problem text;
CREATE UNIQUE INDEX channel_target ON channel (tenant_id, platform, target_key) WHERE target_key IS NOT NULL;
CREATE INDEX channel_by_credential ON channel (credential_id) WHERE credential_id IS NOT NULL;
CREATE INDEX channel_of_grant ON channel (tenant_id, grant_id) WHERE grant_id IS NOT NULL;

CREATE TABLE channel_app (
  platform text PRIMARY KEY NOT NULL,
  client_id text NOT NULL,
  credential_id uuid NOT NULL,
  -- What the last test found; none before one.
  tested_at timestamptz,
  problem text,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE channel_visit (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  state_hash text NOT NULL UNIQUE,
  platform text NOT NULL,
  client_id text NOT NULL,
  redirect text NOT NULL,
  person_id uuid NOT NULL,
  face text NOT NULL CHECK (face IN ('portal', 'client')),
  -- Goes back to the onboarding instead of the channels.
  onboarding boolean NOT NULL,
  -- The channel that is to be connected again.
  channel_id uuid,
  stage text NOT NULL CHECK (stage IN ('away', 'redeeming', 'choosing', 'refused', 'done')),
  -- While away: the PKCE verifier. While choosing: the tokens with what can be chosen.
  credential_id uuid,
  problem text,
  help text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX channel_visit_end ON channel_visit (expires_at);

CREATE TABLE channel_grant (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  platform text NOT NULL,
  client_id text NOT NULL,
  redirect text NOT NULL,
  -- None once it is over.
  credential_id uuid,
  -- Counts the tokens that it had.
  generation bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('good', 'over')),
  scopes jsonb,
  obtained_at timestamptz NOT NULL,
  expires_at timestamptz,
  -- When the person has to consent again; none where no end is known.
  ends_at timestamptz,
  -- When the tokens are renewed; none where that needs the person.
  renew_at timestamptz,
  -- Why they could not be renewed so far.
  problem text,
  -- The generation with which a renewal was begun whose outcome is not known.
  begun bigint,
  lease_owner text,
  lease_until timestamptz,
  consented_by text NOT NULL,
  consented_at timestamptz NOT NULL
);
CREATE INDEX channel_grant_by_credential ON channel_grant (credential_id) WHERE credential_id IS NOT NULL;
CREATE INDEX channel_grant_by_tenant ON channel_grant (tenant_id, state);
CREATE INDEX channel_grant_by_app ON channel_grant (client_id, consented_by) WHERE state = 'good';

CREATE TABLE channel_revocation (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  channel_id uuid NOT NULL,
  platform text NOT NULL,
  client_id text NOT NULL,
  redirect text NOT NULL,
  -- Until it has ended.
  credential_id uuid,
  state text NOT NULL CHECK (state IN ('waiting', 'revoked', 'by_hand', 'failed')),
  words text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX channel_revocation_of ON channel_revocation (tenant_id, channel_id, created_at);
