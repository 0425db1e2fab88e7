-- When a provider was called last.
CREATE INDEX ledger_by_provider ON ledger_entry (provider, created_at);
