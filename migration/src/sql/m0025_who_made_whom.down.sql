revoke delete on device_status from vw_system;
-- The policies would hide all mail from whoever owns the table.
alter table mail_outbox no force row level security;
delete from mail_outbox where kind = 'confirmation';
alter table mail_outbox force row level security;
alter table mail_outbox drop constraint mail_outbox_kind_check,
  add constraint mail_outbox_kind_check
    check (kind in ('invitation', 'password_reset', 'password_changed', 'case_note'));
drop trigger device_comes_back on device;
drop function vw_device_comes_back();
alter table device drop column label_generation;
revoke select (body_sealed) on hub_log from vw_customer;
revoke select on hub_command from vw_admin, vw_distributor;
grant select on hub_command to vw_admin, vw_distributor;
alter table customer drop column stopped_side;
drop index user_account_asks;
alter table user_account
  drop constraint user_account_confirmed_check,
  drop constraint user_account_disabled_check,
  drop column disabled_side,
  drop column confirmed_by,
  drop column confirmed_at,
  drop column asked_at,
  drop column made_by_name,
  drop column made_side,
  drop column made_by;
