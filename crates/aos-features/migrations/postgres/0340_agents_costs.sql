-- What was spent since a moment, across clients.
CREATE INDEX ledger_by_time ON ledger_entry (created_at);
