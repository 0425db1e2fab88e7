-- How the agency shows itself to its clients: one row at most.
CREATE TABLE agency_branding (
  only_one INTEGER PRIMARY KEY NOT NULL CHECK (only_one = 1),
  -- `#rrggbb`.
  accent TEXT,
  logo_key TEXT,
  logo_type TEXT,
  -- Names the logo's bytes, so that browsers keep them.
  logo_hash TEXT,
  updated_at INTEGER NOT NULL
) STRICT;
