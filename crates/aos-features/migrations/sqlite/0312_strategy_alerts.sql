-- Months of which it was told that they fall behind or were missed, so that it is told once.
CREATE TABLE period_alert (
  tenant_id BLOB NOT NULL,
  period_id BLOB PRIMARY KEY NOT NULL REFERENCES period (id) ON DELETE CASCADE,
  status TEXT NOT NULL CHECK (status IN ('at_risk', 'missed')),
  at INTEGER NOT NULL
) STRICT;
