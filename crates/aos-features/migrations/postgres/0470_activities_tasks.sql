-- What people can do by hand now, for the queue and for the figure beside it.
CREATE INDEX activity_tasks ON activity (id, tenant_id, assignee_role)
  WHERE assignee_kind = 'human' AND is_approval = FALSE AND state IN ('assigned', 'in_progress');
