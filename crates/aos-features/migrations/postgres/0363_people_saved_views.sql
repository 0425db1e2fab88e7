-- Filters of a list that somebody keeps under a name.
CREATE TABLE saved_view (
  id uuid PRIMARY KEY NOT NULL,
  user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  place text NOT NULL CHECK (place IN ('clients', 'queue')),
  name text NOT NULL,
  -- The filters as they stand behind the question mark of the list's address, in one form.
  query text NOT NULL,
  -- The whole staff sees it.
  shared boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX saved_view_by_name ON saved_view (user_id, place, lower(name));
CREATE INDEX saved_view_shared ON saved_view (place) WHERE shared;
