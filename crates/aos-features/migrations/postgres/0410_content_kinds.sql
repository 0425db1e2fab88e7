-- Posts, newsletters, outreach mails and ad copy beside blog posts.
ALTER TABLE request DROP CONSTRAINT request_kind_check;
ALTER TABLE request ADD CONSTRAINT request_kind_check
  CHECK (kind IN ('blog', 'social', 'gbp', 'newsletter', 'ad_copy', 'backlink'));
-- Where it is to stand; empty: wherever the kind stands.
ALTER TABLE request ADD COLUMN channels jsonb NOT NULL DEFAULT '[]';
ALTER TABLE request ADD COLUMN format text NOT NULL DEFAULT '';
-- What only some kinds have.
ALTER TABLE request ADD COLUMN details jsonb NOT NULL DEFAULT '{}';

ALTER TABLE content_item DROP CONSTRAINT content_item_kind_check;
ALTER TABLE content_item ADD CONSTRAINT content_item_kind_check
  CHECK (kind IN ('blog_post', 'social_post', 'email_campaign', 'ad_copy_set', 'outreach_email'));
ALTER TABLE content_item DROP CONSTRAINT content_item_request_id_kind_key;
-- The one that it is made for; none where any of its kind will do, or where a person sends it.
ALTER TABLE content_item ADD COLUMN channel_id uuid;
-- One item for each channel of a request, or one in all.
CREATE UNIQUE INDEX content_item_of_channel ON content_item (request_id, channel_id) WHERE channel_id IS NOT NULL;
CREATE UNIQUE INDEX content_item_alone ON content_item (request_id) WHERE channel_id IS NULL;
CREATE INDEX content_item_of_request ON content_item (request_id);

-- All of what is no article; its title and words stand in the columns too, for search and comparison.
ALTER TABLE content_version ADD COLUMN parts jsonb;

ALTER TABLE publication DROP CONSTRAINT publication_state_check;
ALTER TABLE publication ADD CONSTRAINT publication_state_check
  CHECK (state IN ('intended', 'unconfirmed', 'processing', 'on_site', 'live', 'failed'));
-- None for what a person sent or handed over.
ALTER TABLE publication ALTER COLUMN channel_id DROP NOT NULL;
-- When the first attempt was made, when the last, and how often the work had been begun then.
ALTER TABLE publication ADD COLUMN first_attempt_at timestamptz;
ALTER TABLE publication ADD COLUMN last_attempt_at timestamptz;
ALTER TABLE publication ADD COLUMN work_attempt bigint;
CREATE UNIQUE INDEX publication_by_hand ON publication (item_id) WHERE channel_id IS NULL;
