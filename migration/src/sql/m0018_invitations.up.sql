-- How a person wants to see things. No zone of one's own: the organisation's.
alter table user_account
  add column time_zone text check (length(time_zone) between 1 and 64),
  add column pressure_unit text not null default 'mmHg' check (pressure_unit in ('mmHg', 'kPa')),
  add column mass_unit text not null default 'kg' check (mass_unit in ('kg', 'lb')),
  add column glucose_unit text not null default 'mg/dL' check (glucose_unit in ('mg/dL', 'mmol/L')),
  add column temperature_unit text not null default 'Cel' check (temperature_unit in ('Cel', '[degF]')),
  add column look text not null default 'auto' check (look in ('auto', 'light', 'dark'));

-- Mail on its way. It commits with what it announces and is sent afterwards. To whom and what is sealed, since it holds a
-- link with a token; when nothing more is to be done, nothing of it stays but how it ended.
create table mail_outbox (
  id uuid primary key,
  created_at timestamptz not null,
  kind text not null check (kind in ('invitation', 'password_reset', 'password_changed')),
  mail_sealed bytea,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  attempt integer not null default 0 check (attempt >= 0),
  next_attempt_at timestamptz not null default now(),
  lease_until timestamptz,
  -- A link that is over is not worth a mail.
  expires_at timestamptz not null,
  ended_at timestamptz,
  check ((state = 'waiting') = (mail_sealed is not null)),
  check ((state = 'waiting') = (ended_at is null))
);
create index mail_due on mail_outbox (next_attempt_at) where state = 'waiting';
create index mail_ended on mail_outbox (ended_at) where state <> 'waiting';
alter table mail_outbox enable row level security, force row level security;
create policy system_all on mail_outbox to vw_system using (true) with check (true);
grant select, insert, update, delete on mail_outbox to vw_system;

-- Who may make an account of their own, and which. The token of the link is stored nowhere but as an HMAC.
create table invitation (
  id uuid primary key,
  email text not null check (email = lower(email) and length(email) between 3 and 254),
  display_name text not null check (length(display_name) between 1 and 200),
  role text not null check (role in ('admin', 'finance', 'distributor', 'customer')),
  -- Of a customer's first user: the distributor that invited, so that it finds its invitation again.
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  permissions text[] not null default '{}',
  secret_hmac bytea not null unique check (length(secret_hmac) = 32),
  invited_by uuid not null references user_account,
  mail_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  accepted_at timestamptz,
  user_id uuid references user_account,
  revoked_at timestamptz,
  check (num_nonnulls(accepted_at, revoked_at) <= 1),
  check ((accepted_at is null) = (user_id is null)),
  check ((role in ('admin', 'finance') and distributor_id is null and customer_id is null)
      or (role = 'distributor' and distributor_id is not null and customer_id is null)
      or (role = 'customer' and customer_id is not null))
);
-- One open invitation an address and organisation.
create unique index invitation_open on invitation
  (email, coalesce(customer_id, distributor_id, '00000000-0000-0000-0000-000000000000'))
  where accepted_at is null and revoked_at is null;
create index invitation_by_customer on invitation (customer_id);
create index invitation_by_distributor on invitation (distributor_id);
create index invitation_by_inviter on invitation (invited_by);

alter table invitation enable row level security, force row level security;
create policy system_all on invitation to vw_system using (true) with check (true);
create policy admin_all on invitation for select to vw_admin using (true);
create policy distributor_own on invitation for select to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on invitation for select to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update, delete on invitation to vw_system;
grant select (id, email, display_name, role, distributor_id, customer_id, permissions, invited_by, mail_id, created_at,
  expires_at, accepted_at, user_id, revoked_at) on invitation to vw_admin, vw_distributor, vw_customer;

-- Links with which one chooses a new password. Nobody's but the system's, as the passwords themselves.
create table password_reset (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  secret_hmac bytea not null unique check (length(secret_hmac) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  -- Used, or made void by another one that was used.
  ended_at timestamptz
);
create index password_reset_by_user on password_reset (user_id);
alter table password_reset enable row level security, force row level security;
create policy system_all on password_reset to vw_system using (true) with check (true);
grant select, insert, update, delete on password_reset to vw_system;
