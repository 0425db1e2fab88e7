-- What reviewers say about the words of a post, in threads.
CREATE TABLE content_comment (
  tenant_id uuid NOT NULL,
  id uuid PRIMARY KEY NOT NULL,
  item_id uuid NOT NULL REFERENCES content_item (id),
  -- The comment that began the thread; its own id for that one.
  thread_id uuid NOT NULL,
  -- The version that the words were read in.
  version bigint NOT NULL,
  -- The words that it is about and what stood around them, as a reader reads them; empty: about the whole post.
  quote text NOT NULL,
  prefix text NOT NULL,
  suffix text NOT NULL,
  body text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Of the one that began the thread.
  resolved_at timestamptz,
  resolved_by text
);
CREATE INDEX content_comment_by_item ON content_comment (tenant_id, item_id, id);
