-- What one client has without a date: else everything that they ever published is looked at, as that has no plan either.
CREATE INDEX content_item_undated_of_one ON content_item (tenant_id, planned_at, id)
  WHERE state NOT IN ('published', 'scheduled') AND planned_at IS NULL;
CREATE INDEX request_undated_of_one ON request (tenant_id, planned_at, id)
  WHERE state IN ('draft', 'pending_approval', 'rejected') AND planned_at IS NULL;
