-- How the agency shows itself to its clients: one row at most.
CREATE TABLE agency_branding (
  only_one boolean PRIMARY KEY NOT NULL CHECK (only_one),
  -- `#rrggbb`.
  accent text,
  logo_key text,
  logo_type text,
  -- Names the logo's bytes, so that browsers keep them.
  logo_hash text,
  updated_at timestamptz NOT NULL
);
