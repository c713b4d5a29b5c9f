-- A customer may have each day put into the archive before it leaves the history.
alter table customer add column archive boolean not null default false;
grant update (archive) on customer to vw_customer;

-- The days that lie there: written once what was put there has been read back. Here is no value; the archive is sealed.
create table archive_day (
  customer_id uuid not null,
  day date not null,
  observations bigint not null check (observations >= 0),
  raw_messages bigint not null check (raw_messages >= 0),
  -- As they lie there: packed and sealed, all parts together.
  bytes bigint not null check (bytes >= 0),
  manifest_hash bytea not null check (length(manifest_hash) = 32),
  verified_at timestamptz not null,
  primary key (customer_id, day)
);
alter table archive_day enable row level security, force row level security;
create policy system_all on archive_day to vw_system using (true) with check (true);
create policy admin_all on archive_day for select to vw_admin using (true);
create policy customer_own on archive_day for select to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
create policy confined_whole on archive_day as restrictive to vw_customer using ((select vw_sees_all_sites()));
grant select, insert on archive_day to vw_system;
grant select (customer_id, day, observations, raw_messages, bytes, verified_at) on archive_day to vw_admin, vw_customer;
