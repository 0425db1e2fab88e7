-- What agents may spend for a client that has no budget of its own: one row at most; without it, what is built in.
CREATE TABLE default_budget (
  only_one INTEGER PRIMARY KEY NOT NULL CHECK (only_one = 1),
  -- Millionths of a US dollar; empty: as much as it takes.
  monthly INTEGER,
  per_run INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
-- Every client was given what is built in when it was registered. Who has that still never chose it, and follows the
-- default from now on.
UPDATE tenant SET settings = json_remove(settings, '$.budgets')
  WHERE json_extract(settings, '$.budgets.monthly') = 50000000
    AND json_extract(settings, '$.budgets.per_run') = 2000000;
