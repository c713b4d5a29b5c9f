-- Grants on single columns would outlive them in the catalogue.
revoke update (distributor_reference) on device from vw_distributor;
revoke update (legal_name, street, postal_code, city, region, country) on distributor from vw_distributor;
revoke update (legal_name, street, postal_code, city, region, country) on customer from vw_customer;
drop index assignment_by_distributor;
alter table assignment drop column reason, drop column line_id, drop column replaces_device_id, drop column ended_by;
drop index device_by_serial;
drop index device_by_customer;
drop index device_by_distributor;
alter table device drop column imei, drop column mac, drop column iccid, drop column firmware,
  drop column distributor_reference, drop column serial_key, drop column serial_tail;
create index device_by_customer on device (customer_id, id);
create index device_by_distributor on device (distributor_id, id);
create index device_by_serial on device (serial);
drop table contact;
alter table customer drop column legal_name, drop column street, drop column postal_code, drop column city,
  drop column region, drop column country;
alter table distributor drop column legal_name, drop column street, drop column postal_code, drop column city,
  drop column region, drop column country;
