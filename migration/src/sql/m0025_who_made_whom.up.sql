-- Who made an account. Where that was somebody outside of the customer, its people and the platform's administrators see
-- it, and the account reads values only after one of the platform's administrators has made sure of the person.
alter table user_account
  add column made_by uuid references user_account,
  -- Null: at the command line, or before this was written down.
  add column made_side text check (made_side in ('platform', 'distributor', 'customer')),
  add column made_by_name text check (length(made_by_name) between 1 and 200),
  -- When the person said, for their organisation, that they belong to it.
  add column asked_at timestamptz,
  add column confirmed_at timestamptz,
  -- Null beside a time: at the command line.
  add column confirmed_by uuid references user_account,
  -- Whose people disabled it: only they, or the platform's, enable it again.
  add column disabled_side text check (disabled_side in ('platform', 'distributor', 'customer')),
  add constraint user_account_disabled_check check (disabled_side is null or state = 'disabled'),
  add constraint user_account_confirmed_check check (confirmed_by is null or confirmed_at is not null);
create index user_account_asks on user_account (asked_at) where asked_at is not null and confirmed_at is null;

-- Whose people suspended or closed it: only they, or the platform's, serve it again.
alter table customer
  add column stopped_side text check (stopped_side in ('platform', 'distributor')),
  add constraint customer_stopped_check check (stopped_side is null or state <> 'active');

-- Invitations on their way give no values either, unless one of the customer's own people gives them. The policies would
-- hide all rows from whoever owns the tables.
alter table invitation no force row level security;
alter table user_account no force row level security;
update invitation i set permissions = array(
    select p from unnest(i.permissions) as p where p not in ('read_readings', 'manage_endpoints'))
  from user_account w
  where w.id = i.invited_by and w.role <> 'customer' and i.customer_id is not null
    and i.accepted_at is null and i.revoked_at is null;
alter table user_account force row level security;
alter table invitation force row level security;

-- What a hub says in its own words may tell of patients: its log and what came of a command are the customer's alone.
revoke select on hub_command from vw_admin, vw_distributor;
grant select (id, hub_id, distributor_id, customer_id, kind, state, made_by, created_at, expires_at, sent_at, done_at)
  on hub_command to vw_admin, vw_distributor;
grant select (body_sealed) on hub_log to vw_customer;

-- A label that was seen while the device was with somebody is worth nothing once the device is back in a stock.
alter table device add column label_generation integer not null default 0 check (label_generation >= 0);
create function vw_device_comes_back() returns trigger language plpgsql
set search_path = pg_catalog, public as $$
begin
  if old.customer_id is not null and new.customer_id is null
     or old.distributor_id is not null and new.distributor_id is null then
    new.label_generation := old.label_generation + 1;
  end if;
  return new;
end $$;
create trigger device_comes_back before update of customer_id, distributor_id on device
  for each row execute function vw_device_comes_back();

alter table mail_outbox drop constraint mail_outbox_kind_check,
  add constraint mail_outbox_kind_check
    check (kind in ('invitation', 'password_reset', 'password_changed', 'case_note', 'confirmation'));

-- What was last heard of a device is its holder's: the next one begins without it.
grant delete on device_status to vw_system;
