-- Orders: a distributor wants devices and hubs from the platform, and what it sends back. Written by the system alone,
-- after the caller's own scope has proved that they may. Serials and models stand here as text too: a distributor reads
-- them before the devices are its own, and finance, who sees no devices, reads them at all.

-- What a device or a hub is promised to, so that nothing else is done with it meanwhile: the order that it was found for,
-- or the return with which it goes back. On the thing's own row, because whoever moves a thing locks that row.
alter table device add column reserved_for text check (reserved_for in ('order', 'return'));
alter table hub add column reserved_for text check (reserved_for in ('order', 'return'));
-- Who looks for the next ones of a model in the inventory, goes along this.
create index device_free on device (model_id, serial, id)
  where distributor_id is null and customer_id is null and state = 'stock' and reserved_for is null;
create index hub_free on hub (serial, id)
  where distributor_id is null and customer_id is null and state = 'unclaimed' and reserved_for is null;

-- The last number of a year, so that numbers follow each other without a gap.
create table order_counter (
  what text not null check (what in ('order', 'return')),
  year integer not null check (year between 2000 and 9999),
  last integer not null check (last >= 0),
  primary key (what, year)
);
alter table order_counter enable row level security, force row level security;
create policy system_all on order_counter to vw_system using (true) with check (true);
grant select, insert, update, delete on order_counter to vw_system;

create table device_order (
  id uuid primary key,
  -- 2026-0142.
  number text not null unique check (length(number) between 6 and 20),
  distributor_id uuid not null references distributor,
  -- Made with the form that was sent: sent twice, it orders once.
  token uuid not null,
  -- The distributor's own word for it.
  reference text check (length(reference) between 1 and 100),
  -- That of its slowest part.
  state text not null default 'ordered'
    check (state in ('ordered', 'allocated', 'shipped', 'received', 'in_stock', 'cancelled')),
  devices integer not null check (devices >= 0),
  hubs integer not null check (hubs >= 0),
  deliver_to text not null check (length(deliver_to) between 1 and 200),
  contact text check (length(contact) between 1 and 200),
  phone text check (length(phone) between 3 and 40),
  street text not null check (length(street) between 1 and 200),
  postal_code text check (length(postal_code) between 1 and 20),
  city text not null check (length(city) between 1 and 100),
  region text check (length(region) between 1 and 100),
  country text not null check (country ~ '^[A-Z]{2}$'),
  ordered_by uuid not null references user_account,
  orderer_name text not null,
  ordered_at timestamptz not null,
  updated_at timestamptz not null,
  -- Of one that is over: when it was all in stock, or cancelled.
  ended_at timestamptz,
  unique (distributor_id, token),
  check ((state in ('in_stock', 'cancelled')) = (ended_at is not null)),
  check (devices + hubs > 0)
);
create index order_by_time on device_order (ordered_at desc, id desc);
create index order_by_distributor on device_order (distributor_id, ordered_at desc, id desc);
create index order_open on device_order (state, ordered_at, id) where ended_at is null;

-- So many of a model, by the name that it had then; of no model: hubs.
create table order_line (
  id uuid primary key,
  order_id uuid not null references device_order,
  distributor_id uuid not null references distributor,
  place smallint not null check (place between 1 and 50),
  model_id uuid references device_model,
  model text not null check (length(model) between 1 and 200),
  kinds text[] not null check (kinds <@ array['blood_pressure', 'weight', 'glucose', 'oximetry', 'temperature',
                                              'heart_rate', 'activity', 'sleep']),
  quantity integer not null check (quantity between 1 and 10000),
  -- How many of these will not come after all.
  waived integer not null default 0 check (waived >= 0),
  unique (order_id, place),
  unique nulls not distinct (order_id, model_id),
  check (waived <= quantity)
);
create index line_by_distributor on order_line (distributor_id);

create table order_parcel (
  id uuid primary key,
  order_id uuid not null references device_order,
  distributor_id uuid not null references distributor,
  carrier text not null check (length(carrier) between 1 and 60),
  tracking text check (length(tracking) between 4 and 40),
  tracking_key text collate "C" generated always as (lower(tracking collate "C")) stored,
  shipped_at timestamptz not null,
  shipped_by uuid not null references user_account
);
create index parcel_by_order on order_parcel (order_id, shipped_at, id);
create index parcel_by_distributor on order_parcel (distributor_id);
create index parcel_by_tracking on order_parcel (tracking_key) where tracking_key is not null;

create table order_item (
  id uuid primary key,
  order_id uuid not null references device_order,
  line_id uuid not null references order_line,
  distributor_id uuid not null references distributor,
  device_id uuid references device,
  hub_id uuid references hub,
  serial text not null check (length(serial) between 1 and 64),
  serial_key text collate "C" not null generated always as (lower(serial collate "C")) stored,
  -- allocated → shipped → received, or missing, and then received after all, lost, or another took its place
  state text not null default 'allocated'
    check (state in ('allocated', 'shipped', 'missing', 'received', 'lost', 'replaced')),
  parcel_id uuid references order_parcel,
  allocated_at timestamptz not null,
  received_at timestamptz,
  check (num_nonnulls(device_id, hub_id) = 1),
  check ((state = 'allocated') = (parcel_id is null)),
  check ((state = 'received') = (received_at is not null))
);
create index item_by_order on order_item (order_id, serial, id);
create index item_by_distributor on order_item (distributor_id, received_at);
create index item_by_receipt on order_item (received_at) where received_at is not null;
create index item_by_serial on order_item (serial_key);
create index item_by_line on order_item (line_id);
create index item_by_parcel on order_item (parcel_id) where parcel_id is not null;
create unique index item_open_device on order_item (device_id) where state in ('allocated', 'shipped', 'missing');
create unique index item_open_hub on order_item (hub_id) where state in ('allocated', 'shipped', 'missing');

create table device_return (
  id uuid primary key,
  -- R-2026-0007.
  number text not null unique check (length(number) between 8 and 20),
  distributor_id uuid not null references distributor,
  token uuid not null,
  reason text not null check (reason in ('faulty', 'not_needed', 'wrong_item', 'end_of_contract')),
  state text not null default 'asked'
    check (state in ('asked', 'accepted', 'declined', 'sent', 'received', 'cancelled')),
  items integer not null check (items between 1 and 500),
  carrier text check (length(carrier) between 1 and 60),
  tracking text check (length(tracking) between 4 and 40),
  tracking_key text collate "C" generated always as (lower(tracking collate "C")) stored,
  asked_by uuid not null references user_account,
  asker_name text not null,
  asked_at timestamptz not null,
  updated_at timestamptz not null,
  ended_at timestamptz,
  unique (distributor_id, token),
  check (state not in ('sent', 'received') or carrier is not null),
  check ((state in ('declined', 'received', 'cancelled')) = (ended_at is not null))
);
create index return_by_time on device_return (asked_at desc, id desc);
create index return_by_distributor on device_return (distributor_id, asked_at desc, id desc);
create index return_open on device_return (state, asked_at, id) where ended_at is null;
create index return_by_tracking on device_return (tracking_key) where tracking_key is not null;

create table return_item (
  id uuid primary key,
  return_id uuid not null references device_return,
  distributor_id uuid not null references distributor,
  device_id uuid references device,
  hub_id uuid references hub,
  model text not null check (length(model) between 1 and 200),
  kinds text[] not null check (kinds <@ array['blood_pressure', 'weight', 'glucose', 'oximetry', 'temperature',
                                              'heart_rate', 'activity', 'sleep']),
  serial text not null check (length(serial) between 1 and 64),
  serial_key text collate "C" not null generated always as (lower(serial collate "C")) stored,
  -- waiting → inventory, retired or missing; kept: the return came to nothing
  state text not null default 'waiting' check (state in ('waiting', 'inventory', 'retired', 'missing', 'kept')),
  received_at timestamptz,
  check (num_nonnulls(device_id, hub_id) = 1),
  check ((state in ('inventory', 'retired')) = (received_at is not null))
);
create index return_item_by_return on return_item (return_id, serial, id);
create index return_item_by_distributor on return_item (distributor_id, received_at);
create index return_item_by_receipt on return_item (received_at) where received_at is not null;
create index return_item_by_serial on return_item (serial_key);
create unique index return_item_open_device on return_item (device_id) where state = 'waiting';
create unique index return_item_open_hub on return_item (hub_id) where state = 'waiting';

-- What became of an order or a return, and what people wrote about it.
create table order_step (
  id uuid primary key,
  -- Which came first of those of one moment.
  place bigint not null generated by default as identity,
  order_id uuid references device_order,
  return_id uuid references device_return,
  distributor_id uuid not null references distributor,
  kind text not null check (kind in ('ordered', 'allocated', 'released', 'shipped', 'received', 'missing',
                                     'written_off', 'waived', 'in_stock', 'cancelled', 'note', 'asked', 'accepted',
                                     'declined', 'sent', 'returned')),
  at timestamptz not null,
  by_user uuid not null references user_account,
  by_name text not null,
  by_side text not null check (by_side in ('platform', 'distributor', 'customer')),
  -- How many devices and hubs it was about.
  count integer check (count > 0),
  text text check (length(text) between 1 and 2000),
  check (num_nonnulls(order_id, return_id) = 1),
  check (kind <> 'note' or text is not null)
);
create index step_by_order on order_step (order_id, place) where order_id is not null;
create index step_by_return on order_step (return_id, place) where return_id is not null;
create index step_by_distributor on order_step (distributor_id);

do $$
declare t text;
begin
  foreach t in array array['device_order', 'order_line', 'order_parcel', 'order_item', 'device_return', 'return_item',
                           'order_step'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('create policy admin_all on %I for select to vw_admin using (true)', t);
    execute format('create policy finance_reads on %I for select to vw_finance using (true)', t);
    execute format($p$create policy distributor_own on %I for select to vw_distributor
      using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
    execute format('grant select on %I to vw_admin, vw_finance, vw_distributor', t);
  end loop;
end $$;
