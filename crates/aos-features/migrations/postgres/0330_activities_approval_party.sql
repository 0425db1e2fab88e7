-- Whose decision it is: the agency's, or the client's own after it.
ALTER TABLE approval ADD COLUMN party text NOT NULL DEFAULT 'agency' CHECK (party IN ('agency', 'client'));
UPDATE approval SET party = 'client' WHERE role = 'admin';
