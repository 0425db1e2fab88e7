-- The calendar of all clients offers the zones that they live in: from one to the next, not client by client.
CREATE INDEX tenant_by_zone ON tenant (state, zone);
