-- What people are told. One row for each cause and person: the same cause again counts up and is unread again.
CREATE TABLE notification (
  id uuid PRIMARY KEY NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  cause text NOT NULL,
  kind text NOT NULL,
  data jsonb NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  times bigint NOT NULL,
  created_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  read_at timestamptz,
  UNIQUE (user_id, cause)
);
CREATE INDEX notification_by_user ON notification (user_id, last_at, id);
CREATE INDEX notification_unread ON notification (user_id, tenant_id) WHERE read_at IS NULL;
