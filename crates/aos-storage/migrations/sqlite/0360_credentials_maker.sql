-- Who kept the secret, as an actor; empty for those that were kept before it was noted.
ALTER TABLE credential ADD COLUMN made_by TEXT;
CREATE INDEX credential_by_age ON credential (created_at, id);
