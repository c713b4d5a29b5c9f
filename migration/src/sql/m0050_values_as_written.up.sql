-- A reading's values are kept as the text that the server wrote, which the database only makes sure is JSON: taking it
-- apart for jsonb was some tenth of what a commit cost (docs/adr/0009). Who reads numbers out of many rows takes each apart
-- once. Writes the readings of the window anew.
alter table reading
  alter column vals type json using vals::json,
  alter column original type json using original::json;
