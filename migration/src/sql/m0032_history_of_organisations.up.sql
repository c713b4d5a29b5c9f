-- What became of a distributor or a customer, and who did it. Rows carry the distributor of the time, so that a customer's
-- next one learns nothing of what was before it.
create table organisation_event (
  id uuid primary key,
  distributor_id uuid references distributor,
  -- None: it is about the distributor itself.
  customer_id uuid references customer,
  kind text not null check (kind in ('added', 'renamed', 'suspended', 'closed', 'resumed', 'moved')),
  -- The name that it had before.
  before text check (length(before) between 1 and 200),
  by_user uuid references user_account,
  by_side text not null check (by_side in ('platform', 'distributor', 'customer')),
  at timestamptz not null,
  check (num_nonnulls(distributor_id, customer_id) > 0),
  check ((kind = 'renamed') = (before is not null))
);
create index organisation_event_of_customer on organisation_event (customer_id, at desc, id desc) where customer_id is not null;
create index organisation_event_of_distributor on organisation_event (distributor_id, at desc, id desc);

alter table organisation_event enable row level security, force row level security;
create policy system_all on organisation_event to vw_system using (true) with check (true);
create policy admin_all on organisation_event to vw_admin using (true) with check (true);
create policy distributor_own on organisation_event to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)
  with check (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on organisation_event to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)
  with check (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
create policy finance_reads on organisation_event for select to vw_finance using (true);
grant select, insert on organisation_event to vw_system, vw_admin, vw_distributor, vw_customer;
grant select on organisation_event to vw_finance;
