-- What programs asked for with an Idempotency-Key, so that asking again answers the same and does nothing twice.

CREATE TABLE idempotency_key (
  -- Who asked: the actor as it stands in other columns. Keys of two tokens never meet.
  caller text NOT NULL,
  key text NOT NULL,
  -- Of method, address and body.
  fingerprint text NOT NULL,
  -- Empty while the first request is under way.
  status bigint CHECK (status BETWEEN 200 AND 299),
  -- Empty also where the answer holds something that is shown once.
  answer text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (caller, key),
  CHECK (status IS NOT NULL OR answer IS NULL)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
