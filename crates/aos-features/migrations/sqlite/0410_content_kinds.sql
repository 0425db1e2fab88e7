-- Posts, newsletters, outreach mails and ad copy beside blog posts. The kinds are checked by the tables themselves, so the
-- tables are made anew, with those that refer to them; parents last, so that nothing is left without what it refers to.
CREATE TABLE request_anew (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('blog', 'social', 'gbp', 'newsletter', 'ad_copy', 'backlink')),
  state TEXT NOT NULL CHECK (state IN ('draft', 'pending_approval', 'approved', 'in_progress', 'completed', 'rejected', 'closed')),
  title TEXT NOT NULL,
  brief TEXT NOT NULL,
  keywords TEXT NOT NULL CHECK (json_valid(keywords)),
  search_intent TEXT NOT NULL,
  audience TEXT NOT NULL,
  outline TEXT NOT NULL CHECK (json_valid(outline)),
  sources TEXT NOT NULL CHECK (json_valid(sources)),
  notes TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
  period_id BLOB,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  made_by TEXT NOT NULL,
  rejection TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  planned_at INTEGER,
  -- Where it is to stand; empty: wherever the kind stands.
  channels TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(channels)),
  format TEXT NOT NULL DEFAULT '',
  -- What only some kinds have.
  details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details))
) STRICT;
INSERT INTO request_anew (tenant_id, id, kind, state, title, brief, keywords, search_intent, audience, outline, sources, notes,
    priority, period_id, version, hash, offline, made_by, rejection, created_at, updated_at, planned_at)
  SELECT tenant_id, id, kind, state, title, brief, keywords, search_intent, audience, outline, sources, notes,
    priority, period_id, version, hash, offline, made_by, rejection, created_at, updated_at, planned_at FROM request;

CREATE TABLE content_item_anew (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  request_id BLOB NOT NULL REFERENCES request_anew (id),
  kind TEXT NOT NULL CHECK (kind IN ('blog_post', 'social_post', 'email_campaign', 'ad_copy_set', 'outreach_email')),
  state TEXT NOT NULL CHECK (state IN ('draft', 'writing', 'review', 'approved', 'scheduled', 'published', 'failed')),
  title TEXT NOT NULL,
  period_id BLOB,
  current_version INTEGER NOT NULL,
  approved_version INTEGER,
  publish_mode TEXT NOT NULL CHECK (json_valid(publish_mode)),
  published_url TEXT,
  published_at INTEGER,
  problem TEXT,
  problem_help TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  planned_at INTEGER,
  without_image INTEGER NOT NULL DEFAULT 0 CHECK (without_image IN (0, 1)),
  -- The one that it is made for; none where any of its kind will do, or where a person sends it.
  channel_id BLOB
) STRICT;
INSERT INTO content_item_anew (tenant_id, id, request_id, kind, state, title, period_id, current_version, approved_version,
    publish_mode, published_url, published_at, problem, problem_help, created_at, updated_at, planned_at, without_image)
  SELECT tenant_id, id, request_id, kind, state, title, period_id, current_version, approved_version,
    publish_mode, published_url, published_at, problem, problem_help, created_at, updated_at, planned_at, without_image
  FROM content_item;

CREATE TABLE content_version_anew (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  item_id BLOB NOT NULL REFERENCES content_item_anew (id),
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  slug TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  markdown TEXT NOT NULL,
  categories TEXT NOT NULL CHECK (json_valid(categories)),
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  image TEXT,
  sources TEXT NOT NULL CHECK (json_valid(sources)),
  gaps TEXT NOT NULL CHECK (json_valid(gaps)),
  word_count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
  author TEXT NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL,
  -- All of what is no article; its title and words stand in the columns too, for search and comparison.
  parts TEXT CHECK (json_valid(parts)),
  UNIQUE (item_id, version)
) STRICT;
INSERT INTO content_version_anew (tenant_id, id, item_id, version, title, slug, excerpt, markdown, categories, tags, image,
    sources, gaps, word_count, hash, offline, author, note, created_at)
  SELECT tenant_id, id, item_id, version, title, slug, excerpt, markdown, categories, tags, image,
    sources, gaps, word_count, hash, offline, author, note, created_at FROM content_version;

CREATE TABLE publication_anew (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  item_id BLOB NOT NULL REFERENCES content_item_anew (id),
  -- None for what a person sent or handed over.
  channel_id BLOB,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended', 'unconfirmed', 'processing', 'on_site', 'live', 'failed')),
  platform_id TEXT,
  url TEXT,
  notes TEXT NOT NULL CHECK (json_valid(notes)),
  problem TEXT,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  standing_at INTEGER,
  refused_part TEXT,
  -- When the first attempt was made, when the last, and how often the work had been begun then.
  first_attempt_at INTEGER,
  last_attempt_at INTEGER,
  work_attempt INTEGER,
  UNIQUE (item_id, channel_id)
) STRICT;
INSERT INTO publication_anew (tenant_id, id, item_id, channel_id, version, hash, state, platform_id, url, notes, problem,
    attempts, created_at, updated_at, standing_at, refused_part)
  SELECT tenant_id, id, item_id, channel_id, version, hash, state, platform_id, url, notes, problem,
    attempts, created_at, updated_at, standing_at, refused_part FROM publication;

CREATE TABLE content_comment_anew (
  tenant_id BLOB NOT NULL,
  id BLOB PRIMARY KEY NOT NULL,
  item_id BLOB NOT NULL REFERENCES content_item_anew (id),
  thread_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  quote TEXT NOT NULL,
  prefix TEXT NOT NULL,
  suffix TEXT NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  resolved_at INTEGER,
  resolved_by TEXT
) STRICT;
INSERT INTO content_comment_anew (tenant_id, id, item_id, thread_id, version, quote, prefix, suffix, body, author, created_at,
    resolved_at, resolved_by)
  SELECT tenant_id, id, item_id, thread_id, version, quote, prefix, suffix, body, author, created_at, resolved_at, resolved_by
  FROM content_comment;

DROP TABLE content_comment;
DROP TABLE publication;
DROP TABLE content_version;
DROP TABLE content_item;
DROP TABLE request;
ALTER TABLE request_anew RENAME TO request;
ALTER TABLE content_item_anew RENAME TO content_item;
ALTER TABLE content_version_anew RENAME TO content_version;
ALTER TABLE publication_anew RENAME TO publication;
ALTER TABLE content_comment_anew RENAME TO content_comment;

CREATE INDEX request_by_tenant ON request (tenant_id, created_at);
CREATE INDEX request_planned ON request (tenant_id, planned_at);
CREATE INDEX request_planned_of_all ON request (planned_at, id) WHERE planned_at IS NOT NULL;
CREATE INDEX request_undated ON request (id)
  WHERE state IN ('draft', 'pending_approval', 'rejected') AND planned_at IS NULL;
CREATE INDEX content_item_by_tenant ON content_item (tenant_id, updated_at);
CREATE INDEX content_item_by_state ON content_item (tenant_id, state);
CREATE INDEX content_item_in_state ON content_item (state, id);
CREATE INDEX content_item_planned ON content_item (tenant_id, planned_at);
CREATE INDEX content_item_published ON content_item (tenant_id, published_at);
CREATE INDEX content_item_published_of_all ON content_item (published_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX content_item_planned_of_all ON content_item (planned_at, id) WHERE planned_at IS NOT NULL;
CREATE INDEX content_item_undated ON content_item (id)
  WHERE state NOT IN ('published', 'scheduled') AND planned_at IS NULL;
-- One item for each channel of a request, or one in all.
CREATE UNIQUE INDEX content_item_of_channel ON content_item (request_id, channel_id) WHERE channel_id IS NOT NULL;
CREATE UNIQUE INDEX content_item_alone ON content_item (request_id) WHERE channel_id IS NULL;
CREATE INDEX content_item_of_request ON content_item (request_id);
CREATE INDEX content_version_by_tenant ON content_version (tenant_id, item_id);
CREATE INDEX publication_by_tenant ON publication (tenant_id, item_id);
CREATE UNIQUE INDEX publication_by_hand ON publication (item_id) WHERE channel_id IS NULL;
CREATE INDEX content_comment_by_item ON content_comment (tenant_id, item_id, id);

-- The triggers of search went with their tables.
CREATE TRIGGER search_request_added AFTER INSERT ON request BEGIN
  INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  VALUES (new.tenant_id, 'request', new.id, new.title, new.brief || ' ' || new.audience);
END;
CREATE TRIGGER search_request_changed AFTER UPDATE OF title, brief, audience ON request
WHEN old.title <> new.title OR old.brief <> new.brief OR old.audience <> new.audience BEGIN
  UPDATE search_entry SET title = new.title, body = new.brief || ' ' || new.audience
  WHERE kind = 'request' AND subject_id = new.id;
END;
CREATE TRIGGER search_request_removed AFTER DELETE ON request BEGIN
  DELETE FROM search_entry WHERE kind = 'request' AND subject_id = old.id;
END;
CREATE TRIGGER search_item_added AFTER INSERT ON content_item BEGIN
  INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  VALUES (new.tenant_id, 'content_item', new.id, new.title, '');
END;
CREATE TRIGGER search_item_changed AFTER UPDATE OF title ON content_item WHEN old.title <> new.title BEGIN
  UPDATE search_entry SET title = new.title WHERE kind = 'content_item' AND subject_id = new.id;
END;
CREATE TRIGGER search_item_removed AFTER DELETE ON content_item BEGIN
  DELETE FROM search_entry WHERE kind = 'content_item' AND subject_id = old.id;
END;
CREATE TRIGGER search_version_added AFTER INSERT ON content_version BEGIN
  UPDATE search_entry SET title = new.title, body = substr(new.excerpt || ' ' || new.markdown, 1, 20000)
  WHERE kind = 'content_item' AND subject_id = new.item_id;
END;
