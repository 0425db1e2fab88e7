-- What agents may spend for a client that has no budget of its own: one row at most; without it, what is built in.
CREATE TABLE default_budget (
  only_one boolean PRIMARY KEY NOT NULL CHECK (only_one),
  -- Millionths of a US dollar; empty: as much as it takes.
  monthly bigint,
  per_run bigint NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL
);
-- Every client was given what is built in when it was registered. Who has that still never chose it, and follows the
-- default from now on.
UPDATE tenant SET settings = settings - 'budgets'
  WHERE settings -> 'budgets' = '{"monthly": 50000000, "per_run": 2000000}'::jsonb;
