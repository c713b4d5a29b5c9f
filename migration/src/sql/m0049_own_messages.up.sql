-- The message that a device sent by itself is kept with its reading, in the same row: it has one reading, and a row and an
-- index entry of its own were a fifth of what a commit cost (docs/adr/0018). Messages of hubs and vendors' clouds hold many
-- readings and stay where they are. Of the first kind raw_id is null: the message has the reading's own id.
alter table reading
  add column body_sealed bytea,
  alter column raw_id drop not null;
