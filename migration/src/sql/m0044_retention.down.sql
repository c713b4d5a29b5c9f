-- The policies would hide the rows from whoever owns the tables.
alter table mail_outbox no force row level security;
delete from mail_outbox where kind = 'shelf_ends';
alter table mail_outbox force row level security;
alter table mail_outbox drop constraint mail_outbox_kind_check,
  add constraint mail_outbox_kind_check
    check (kind in ('invitation', 'password_reset', 'password_changed', 'case_note', 'confirmation'));
alter table delivery_attempt no force row level security;
update delivery_attempt set outcome = 'dead' where outcome = 'expired';
alter table delivery_attempt force row level security;
alter table delivery_attempt drop constraint delivery_attempt_outcome_check,
  add constraint delivery_attempt_outcome_check check (outcome in ('delivered', 'retry', 'dead'));
alter table endpoint drop column shelf_warned_until;
drop table shelved_event;
alter table delivery drop column shelved_until, drop column last_attempt_at, drop column last_status_code,
  drop column last_error;
drop function vw_drop_detached(text, date);
-- The role stays: it belongs to the cluster.
do $$
declare t text;
begin
  foreach t in array array['reading', 'reading_key', 'raw_message', 'event', 'delivery_attempt', 'refusal'] loop
    execute format('alter table %I owner to %I', t, current_user);
  end loop;
end $$;
revoke usage on schema public from vw_keeper;
