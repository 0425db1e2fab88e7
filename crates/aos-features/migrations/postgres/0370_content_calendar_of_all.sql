-- A calendar across thousands of clients reads the first things of each day, and the first that have no day yet: neither
-- may cost more when more is published elsewhere.
CREATE INDEX content_item_published_of_all ON content_item (published_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX content_item_planned_of_all ON content_item (planned_at, id) WHERE planned_at IS NOT NULL;
CREATE INDEX content_item_undated ON content_item (id)
  WHERE state NOT IN ('published', 'scheduled') AND planned_at IS NULL;
CREATE INDEX request_planned_of_all ON request (planned_at, id) WHERE planned_at IS NOT NULL;
CREATE INDEX request_undated ON request (id)
  WHERE state IN ('draft', 'pending_approval', 'rejected') AND planned_at IS NULL;
