-- The first clients by name, without sorting all of them.
CREATE INDEX tenant_listed ON tenant (state, lower(name), id);
