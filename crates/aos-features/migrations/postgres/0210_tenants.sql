-- Clients, and the groups that bundle several brands of one client.

CREATE TABLE client_group (
  id uuid PRIMARY KEY NOT NULL,
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL
);

CREATE TABLE tenant (
  id uuid PRIMARY KEY NOT NULL,
  client_group_id uuid REFERENCES client_group (id),
  name text NOT NULL,
  slug text NOT NULL UNIQUE,
  website text NOT NULL,
  zone text NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'archived')),
  settings jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  archived_at timestamptz
);
CREATE INDEX tenant_by_group ON tenant (client_group_id);
CREATE INDEX tenant_by_state ON tenant (state, id);
CREATE INDEX tenant_by_name ON tenant (lower(name), id);
