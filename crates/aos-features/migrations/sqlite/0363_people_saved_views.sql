-- Filters of a list that somebody keeps under a name.
CREATE TABLE saved_view (
  id BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  place TEXT NOT NULL CHECK (place IN ('clients', 'queue')),
  name TEXT NOT NULL,
  -- The filters as they stand behind the question mark of the list's address, in one form.
  query TEXT NOT NULL,
  -- The whole staff sees it.
  shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX saved_view_by_name ON saved_view (user_id, place, lower(name));
CREATE INDEX saved_view_shared ON saved_view (place) WHERE shared;
