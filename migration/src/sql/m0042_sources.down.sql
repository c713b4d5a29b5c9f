drop index quarantine_of_source;
-- What an older version has no word for. The policies would hide all rows from whoever owns the table, and say nothing.
alter table quarantine no force row level security;
update quarantine set reason = 'undecodable' where reason in ('no_value', 'unknown_type');
revoke select (source_id, released_at) on quarantine from vw_admin, vw_customer;
alter table quarantine
  drop constraint quarantine_released_check,
  drop constraint quarantine_reason_check,
  add constraint quarantine_reason_check check (reason in ('unknown_device', 'wrong_owner', 'no_owner', 'inactive_device',
    'undecodable', 'implausible', 'clock_suspect_moved', 'unpaired')),
  drop column source_id,
  drop column released_at;
alter table quarantine force row level security;
alter table refusal drop column source_id;
alter table raw_message drop column source_id;
revoke select (source_id, source_key) on device from vw_admin, vw_customer;
alter table device drop column source_id, drop column source_key;
drop table source;
