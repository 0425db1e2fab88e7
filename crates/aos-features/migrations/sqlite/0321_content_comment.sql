-- What reviewers say about the words of a post, in threads.
CREATE TABLE content_comment (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  item_id BLOB NOT NULL REFERENCES content_item (id),
  -- The comment that began the thread; its own id for that one.
  thread_id BLOB NOT NULL,
  -- The version that the words were read in.
  version INTEGER NOT NULL,
  -- The words that it is about and what stood around them, as a reader reads them; empty: about the whole post.
  quote TEXT NOT NULL,
  prefix TEXT NOT NULL,
  suffix TEXT NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Of the one that began the thread.
  resolved_at INTEGER,
  resolved_by TEXT
) STRICT;
CREATE INDEX content_comment_by_item ON content_comment (tenant_id, item_id, id);
