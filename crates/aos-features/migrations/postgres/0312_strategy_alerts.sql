-- Months of which it was told that they fall behind or were missed, so that it is told once.
CREATE TABLE period_alert (
  tenant_id uuid NOT NULL,
  period_id uuid PRIMARY KEY NOT NULL REFERENCES period (id) ON DELETE CASCADE,
  status text NOT NULL CHECK (status IN ('at_risk', 'missed')),
  at timestamptz NOT NULL
);
