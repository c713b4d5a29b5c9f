-- For whom a device's token was issued. It proves readings of theirs alone, so that a device that changes hands takes no
-- power with it, neither over its next holder nor over the one before. Neither: its maker provisioned it, or the platform
-- while the device was in nobody's hands; such a token goes with the device.
alter table device_credential
  add column customer_id uuid references customer,
  add column distributor_id uuid references distributor;
-- Whom a token was issued for was not written down; as a rule it was the present holder. The policies would hide all
-- rows from whoever owns the tables, and say nothing.
alter table device no force row level security;
alter table device_credential no force row level security;
update device_credential c set customer_id = d.customer_id, distributor_id = d.distributor_id
  from device d where d.id = c.device_id;
set constraints all immediate;
alter table device_credential force row level security;
alter table device force row level security;

-- How often an account was disabled. Access tokens carry the number under which they were issued, so that those of before
-- do not come back to life with the account, whatever the clocks of two servers say.
alter table user_account add column sign_in_generation integer not null default 0;
