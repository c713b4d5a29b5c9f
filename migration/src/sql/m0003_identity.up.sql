-- A person who signs in. The address is the platform-wide name of a sign-in, so it is unique across tenants.
create table user_account (
  id uuid primary key,
  email text not null check (email = lower(email) and length(email) between 3 and 254),
  display_name text not null check (length(display_name) between 1 and 200),
  role text not null check (role in ('admin', 'finance', 'distributor', 'customer')),
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  permissions text[] not null default '{}',
  state text not null default 'active' check (state in ('active', 'disabled')),
  created_at timestamptz not null,
  last_sign_in_at timestamptz,
  unique (email),
  check ((role in ('admin', 'finance') and distributor_id is null and customer_id is null)
      or (role = 'distributor' and distributor_id is not null and customer_id is null)
      or (role = 'customer' and customer_id is not null and distributor_id is null))
);
create index user_by_customer on user_account (customer_id);
create index user_by_distributor on user_account (distributor_id);

-- Apart from the account, because no tenant's role may read a hash, its own included.
create table user_password (
  user_id uuid primary key references user_account on delete cascade,
  hash text not null,
  changed_at timestamptz not null
);

create table session (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  secret_hmac bytea not null unique,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index session_by_user on session (user_id);
create index session_by_expiry on session (expires_at);

alter table user_account enable row level security, force row level security;
create policy system_all on user_account to vw_system using (true) with check (true);
create policy admin_all on user_account to vw_admin using (true) with check (true);
create policy distributor_own on user_account to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)
  with check (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on user_account to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)
  with check (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update on user_account to vw_system, vw_admin;
grant select on user_account to vw_distributor, vw_customer;

alter table user_password enable row level security, force row level security;
create policy system_all on user_password to vw_system using (true) with check (true);
grant select, insert, update, delete on user_password to vw_system;

alter table session enable row level security, force row level security;
create policy system_all on session to vw_system using (true) with check (true);
grant select, insert, update, delete on session to vw_system;
