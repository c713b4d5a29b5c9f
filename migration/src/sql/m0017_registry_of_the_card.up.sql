-- Who an organisation is, on paper.
do $$
declare t text;
begin
  foreach t in array array['distributor', 'customer'] loop
    execute format($c$alter table %I
      add column legal_name text check (length(legal_name) between 1 and 200),
      add column street text check (length(street) between 1 and 200),
      add column postal_code text check (length(postal_code) between 1 and 20),
      add column city text check (length(city) between 1 and 100),
      add column region text check (length(region) between 1 and 100),
      -- ISO 3166-1 alpha-2.
      add column country text check (country ~ '^[A-Z]{2}$')$c$, t);
  end loop;
end $$;
grant update (legal_name, street, postal_code, city, region, country) on distributor to vw_distributor;
grant update (legal_name, street, postal_code, city, region, country) on customer to vw_customer;

-- Whom one writes to or calls. A customer's contact carries its distributor too, for the policies; it moves with the customer.
create table contact (
  id uuid primary key,
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  purpose text not null check (purpose in ('general', 'clinical', 'technical', 'billing')),
  name text not null check (length(name) between 1 and 200),
  email text check (length(email) between 3 and 254),
  phone text check (length(phone) between 3 and 40),
  created_at timestamptz not null,
  check (num_nonnulls(distributor_id, customer_id) >= 1)
);
create index contact_by_customer on contact (customer_id);
create index contact_by_distributor on contact (distributor_id);
alter table contact enable row level security, force row level security;
create policy system_all on contact to vw_system using (true) with check (true);
create policy admin_all on contact to vw_admin using (true) with check (true);
create policy finance_reads on contact for select to vw_finance using (true);
create policy distributor_own on contact to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)
  with check (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on contact to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)
  with check (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update, delete on contact to vw_system, vw_admin, vw_distributor, vw_customer;
grant select on contact to vw_finance;

-- What is printed on a device besides its serial, and what it runs. The keys are what searches compare: plain columns,
-- because row-level security lets no function of a column into an index's condition.
alter table device
  -- Fifteen digits, the last one the check digit.
  add column imei text check (imei ~ '^[0-9]{15}$'),
  add column mac text check (mac ~ '^([0-9A-F]{2}:){5}[0-9A-F]{2}$'),
  add column iccid text check (iccid ~ '^[0-9]{18,20}$'),
  add column firmware text check (length(firmware) between 1 and 64),
  add column distributor_reference text check (length(distributor_reference) between 1 and 200),
  add column serial_key text collate "C" not null generated always as (lower(serial collate "C")) stored,
  add column serial_tail text collate "C" not null generated always as (right(lower(serial collate "C"), 4)) stored;
create unique index device_by_imei on device (imei) where imei is not null;
create index device_by_mac on device (mac) where mac is not null;
create index device_by_serial_key on device (serial_key);
create index device_by_serial_tail on device (serial_tail);
-- Lists go by serial within a holder.
drop index device_by_serial;
drop index device_by_customer;
drop index device_by_distributor;
create index device_by_serial on device (serial, id);
create index device_by_customer on device (customer_id, serial, id);
create index device_by_distributor on device (distributor_id, serial, id);
grant update (distributor_reference) on device to vw_distributor;

-- What a move was, and which line of readings it goes on with: a device that replaces another one at a customer goes on
-- with its line, so that the wearer's readings stay together. Null: the device began a line of its own.
alter table assignment
  add column reason text not null default 'added' check (reason in
    ('added', 'allocated', 'placed', 'moved', 'returned', 'recalled', 'replaced', 'retired')),
  add column line_id uuid,
  add column replaces_device_id uuid references device,
  add column ended_by uuid;
create index assignment_by_line on assignment (line_id) where line_id is not null;
create index assignment_by_distributor on assignment (distributor_id, created_at);
