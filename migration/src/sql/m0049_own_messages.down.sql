alter table reading no force row level security;
alter table raw_message no force row level security;
insert into raw_message (id, received_at, customer_id, device_id, body_sealed)
  select id, received_at, customer_id, device_id, body_sealed from reading where body_sealed is not null;
update reading set raw_id = id where raw_id is null;
alter table raw_message force row level security;
alter table reading force row level security;
alter table reading
  alter column raw_id set not null,
  drop column body_sealed;
