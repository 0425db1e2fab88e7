-- When things are planned for, so that a calendar can ask for a range; and the one thing that may be left out of an
-- approved post.

-- What a brief wishes for; the item that it becomes takes it over.
ALTER TABLE request ADD COLUMN planned_at timestamptz;
CREATE INDEX request_planned ON request (tenant_id, planned_at);

-- The moment of `publish_mode`, when that is one: written together with it, always.
ALTER TABLE content_item ADD COLUMN planned_at timestamptz;
UPDATE content_item SET planned_at = (publish_mode ->> 'at')::timestamptz WHERE publish_mode ->> 'at' IS NOT NULL;
CREATE INDEX content_item_planned ON content_item (tenant_id, planned_at);
CREATE INDEX content_item_published ON content_item (tenant_id, published_at);

-- A person decided to publish the approved text without its image, because the site refused that.
ALTER TABLE content_item ADD COLUMN without_image boolean NOT NULL DEFAULT FALSE;

-- For when the platform has it scheduled: another moment than the item's means that the change is on its way there.
ALTER TABLE publication ADD COLUMN standing_at timestamptz;
-- What of the post the platform refused, when it said so: `image`.
ALTER TABLE publication ADD COLUMN refused_part text;
