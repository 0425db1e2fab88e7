-- Connecting by consent: the agency's applications, visits to a platform, the tokens that came of them, giving them back.

ALTER TABLE channel ADD COLUMN target_key TEXT;
ALTER TABLE channel ADD COLUMN grant_id BLOB;
ALTER TABLE channel ADD COLUMN check_problem TEXT;
CREATE UNIQUE INDEX channel_target ON channel (tenant_id, platform, target_key) WHERE target_key IS NOT NULL;
CREATE INDEX channel_by_credential ON channel (credential_id) WHERE credential_id IS NOT NULL;
CREATE INDEX channel_of_grant ON channel (tenant_id, grant_id) WHERE grant_id IS NOT NULL;

CREATE TABLE channel_app (
  platform TEXT PRIMARY KEY NOT NULL,
  client_id TEXT NOT NULL,
  credential_id BLOB NOT NULL,
  -- What the last test found; none before one.
  tested_at INTEGER,
  problem TEXT,
  updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE channel_visit (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  state_hash TEXT NOT NULL UNIQUE,
  platform TEXT NOT NULL,
  client_id TEXT NOT NULL,
  redirect TEXT NOT NULL,
  person_id BLOB NOT NULL,
  face TEXT NOT NULL CHECK (face IN ('portal', 'client')),
  -- Goes back to the onboarding instead of the channels.
  onboarding INTEGER NOT NULL CHECK (onboarding IN (0, 1)),
  -- The channel that is to be connected again.
  channel_id BLOB,
  stage TEXT NOT NULL CHECK (stage IN ('away', 'redeeming', 'choosing', 'refused', 'done')),
  -- While away: the PKCE verifier. While choosing: the tokens with what can be chosen.
  credential_id BLOB,
  problem TEXT,
  help TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_visit_end ON channel_visit (expires_at);

CREATE TABLE channel_grant (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  platform TEXT NOT NULL,
  client_id TEXT NOT NULL,
  redirect TEXT NOT NULL,
  -- None once it is over.
  credential_id BLOB,
  -- Counts the tokens that it had.
  generation INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('good', 'over')),
  scopes TEXT CHECK (scopes IS NULL OR json_valid(scopes)),
  obtained_at INTEGER NOT NULL,
  expires_at INTEGER,
  -- When the person has to consent again; none where no end is known.
  ends_at INTEGER,
  -- When the tokens are renewed; none where that needs the person.
  renew_at INTEGER,
  -- Why they could not be renewed so far.
  problem TEXT,
  -- The generation with which a renewal was begun whose outcome is not known.
  begun INTEGER,
  lease_owner TEXT,
  lease_until INTEGER,
  consented_by TEXT NOT NULL,
  consented_at INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_grant_by_credential ON channel_grant (credential_id) WHERE credential_id IS NOT NULL;
CREATE INDEX channel_grant_by_tenant ON channel_grant (tenant_id, state);
CREATE INDEX channel_grant_by_app ON channel_grant (client_id, consented_by) WHERE state = 'good';

CREATE TABLE channel_revocation (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  channel_id BLOB NOT NULL,
  platform TEXT NOT NULL,
  client_id TEXT NOT NULL,
  redirect TEXT NOT NULL,
  -- Until it has ended.
  credential_id BLOB,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'revoked', 'by_hand', 'failed')),
  words TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX channel_revocation_of ON channel_revocation (tenant_id, channel_id, created_at);
