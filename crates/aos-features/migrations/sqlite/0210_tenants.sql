-- Clients, and the groups that bundle several brands of one client.

CREATE TABLE client_group (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tenant (
  id BLOB PRIMARY KEY NOT NULL,
  client_group_id BLOB REFERENCES client_group (id),
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  website TEXT NOT NULL,
  zone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'archived')),
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;
CREATE INDEX tenant_by_group ON tenant (client_group_id);
CREATE INDEX tenant_by_state ON tenant (state, id);
CREATE INDEX tenant_by_name ON tenant (lower(name), id);
