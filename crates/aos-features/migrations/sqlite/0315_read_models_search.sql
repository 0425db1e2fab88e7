-- What can be found, in one table: the database itself keeps it up to date, so that no slice has to think of it and
-- nothing that was written can be missing. Nobody else writes it.
CREATE TABLE search_entry (
  seq INTEGER PRIMARY KEY NOT NULL,
  -- The nil id for what belongs to the agency itself.
  tenant_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  -- Where it is read, for what is not a page of ours.
  href TEXT,
  UNIQUE (kind, subject_id)
) STRICT;
CREATE INDEX search_entry_by_href ON search_entry (tenant_id, href);

-- only here: PostgreSQL has an index over the table instead
CREATE VIRTUAL TABLE search_entry_fts USING fts5(
  title, body, content='search_entry', content_rowid='seq', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
  INSERT INTO search_entry_fts (rowid, title, body) VALUES (new.seq, new.title, new.body);
END;
CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
  INSERT INTO search_entry_fts (search_entry_fts, rowid, title, body) VALUES ('delete', old.seq, old.title, old.body);
END;
CREATE TRIGGER search_entry_changed AFTER UPDATE OF title, body ON search_entry BEGIN
  INSERT INTO search_entry_fts (search_entry_fts, rowid, title, body) VALUES ('delete', old.seq, old.title, old.body);
  INSERT INTO search_entry_fts (rowid, title, body) VALUES (new.seq, new.title, new.body);
END;

CREATE TRIGGER search_tenant_added AFTER INSERT ON tenant BEGIN
  INSERT INTO search_entry (tenant_id, kind, subject_id, title, body) VALUES (new.id, 'tenant', new.id, new.name, new.website);
END;
CREATE TRIGGER search_tenant_changed AFTER UPDATE OF name, website ON tenant
WHEN old.name <> new.name OR old.website <> new.website BEGIN
  UPDATE search_entry SET title = new.name, body = new.website WHERE kind = 'tenant' AND subject_id = new.id;
END;
CREATE TRIGGER search_tenant_removed AFTER DELETE ON tenant BEGIN
  DELETE FROM search_entry WHERE kind = 'tenant' AND subject_id = old.id;
END;

CREATE TRIGGER search_person_added AFTER INSERT ON user_account BEGIN
  INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  VALUES (zeroblob(16), 'person', new.id, new.name, new.email);
END;
CREATE TRIGGER search_person_changed AFTER UPDATE OF name, email ON user_account
WHEN old.name <> new.name OR old.email <> new.email BEGIN
  UPDATE search_entry SET title = new.name, body = new.email WHERE kind = 'person' AND subject_id = new.id;
END;
CREATE TRIGGER search_person_removed AFTER DELETE ON user_account BEGIN
  DELETE FROM search_entry WHERE kind = 'person' AND subject_id = old.id;
END;

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

-- Work is found by what it is for: pipelines are many and named alike.
CREATE TRIGGER search_work_added AFTER INSERT ON deliverable BEGIN
  INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  VALUES (new.tenant_id, 'deliverable', new.id, new.name, replace(new.deliverable_type, '_', ' '));
END;
CREATE TRIGGER search_work_changed AFTER UPDATE OF name ON deliverable WHEN old.name <> new.name BEGIN
  UPDATE search_entry SET title = new.name WHERE kind = 'deliverable' AND subject_id = new.id;
END;
CREATE TRIGGER search_work_removed AFTER DELETE ON deliverable BEGIN
  DELETE FROM search_entry WHERE kind = 'deliverable' AND subject_id = old.id;
END;

-- Of a page that several crawls read, the last reading is found; by how it begins, so that storing a crawl stays quick.
CREATE TRIGGER search_page_added AFTER INSERT ON site_page BEGIN
  DELETE FROM search_entry WHERE tenant_id = new.tenant_id AND href = new.final_url;
  INSERT INTO search_entry (tenant_id, kind, subject_id, title, body, href)
  VALUES (new.tenant_id, 'site_page', new.id, CASE new.title WHEN '' THEN new.final_url ELSE new.title END,
    substr(new.description || ' ' || new.markdown, 1, 600), new.final_url);
END;
CREATE TRIGGER search_page_removed AFTER DELETE ON site_page BEGIN
  DELETE FROM search_entry WHERE kind = 'site_page' AND subject_id = old.id;
END;

-- What was there before.
INSERT INTO search_entry (tenant_id, kind, subject_id, title, body) SELECT id, 'tenant', id, name, website FROM tenant;
INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  SELECT zeroblob(16), 'person', id, name, email FROM user_account;
INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  SELECT tenant_id, 'request', id, title, brief || ' ' || audience FROM request;
INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  SELECT i.tenant_id, 'content_item', i.id, i.title, COALESCE(substr(v.excerpt || ' ' || v.markdown, 1, 20000), '')
  FROM content_item AS i LEFT JOIN content_version AS v ON v.item_id = i.id AND v.version = i.current_version;
INSERT INTO search_entry (tenant_id, kind, subject_id, title, body)
  SELECT tenant_id, 'deliverable', id, name, replace(deliverable_type, '_', ' ') FROM deliverable;
INSERT INTO search_entry (tenant_id, kind, subject_id, title, body, href)
  SELECT p.tenant_id, 'site_page', p.id, CASE p.title WHEN '' THEN p.final_url ELSE p.title END,
    substr(p.description || ' ' || p.markdown, 1, 600), p.final_url
  FROM site_page AS p WHERE p.id = (
    SELECT MAX(q.id) FROM site_page AS q WHERE q.tenant_id = p.tenant_id AND q.final_url = p.final_url);
