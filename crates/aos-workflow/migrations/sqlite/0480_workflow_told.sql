-- What is told of a client is found among all its events without reading each of them.
DROP INDEX event_by_tenant;
CREATE INDEX event_by_tenant ON event (tenant_id, seq, kind);
