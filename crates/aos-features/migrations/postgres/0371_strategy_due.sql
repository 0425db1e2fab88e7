-- What is due in a month, of all clients.
CREATE INDEX period_of_month ON period (month, id);
