-- When things are planned for, so that a calendar can ask for a range; and the one thing that may be left out of an
-- approved post.

-- What a brief wishes for; the item that it becomes takes it over.
ALTER TABLE request ADD COLUMN planned_at INTEGER;
CREATE INDEX request_planned ON request (tenant_id, planned_at);

-- The moment of `publish_mode`, when that is one: written together with it, always.
ALTER TABLE content_item ADD COLUMN planned_at INTEGER;
UPDATE content_item SET planned_at = CAST(strftime('%s', json_extract(publish_mode, '$.at')) AS INTEGER) * 1000000
WHERE json_extract(publish_mode, '$.at') IS NOT NULL;
CREATE INDEX content_item_planned ON content_item (tenant_id, planned_at);
CREATE INDEX content_item_published ON content_item (tenant_id, published_at);

-- A person decided to publish the approved text without its image, because the site refused that.
ALTER TABLE content_item ADD COLUMN without_image INTEGER NOT NULL DEFAULT 0 CHECK (without_image IN (0, 1));

-- For when the platform has it scheduled: another moment than the item's means that the change is on its way there.
ALTER TABLE publication ADD COLUMN standing_at INTEGER;
-- What of the post the platform refused, when it said so: `image`.
ALTER TABLE publication ADD COLUMN refused_part TEXT;
