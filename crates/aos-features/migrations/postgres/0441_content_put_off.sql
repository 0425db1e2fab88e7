-- What was to be published waits until then, because the platform takes no more from the account before.
ALTER TABLE publication ADD COLUMN not_before timestamptz;
