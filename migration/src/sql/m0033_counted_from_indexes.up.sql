-- What a tenant has in use, and what of it was never heard, is counted page after page: from indexes that hold all that is
-- asked for, the tenant's own part of them alone. A reading changes none of these columns.
create index device_in_use_by_distributor on device (distributor_id, id) include (customer_id, state)
  where state not in ('retired', 'replaced');
create index device_in_use_by_customer on device (customer_id, id) include (state, site_id)
  where state not in ('retired', 'replaced');
create index device_status_by_distributor on device_status (distributor_id, device_id);
drop index device_status_by_customer;
create index device_status_by_customer on device_status (customer_id, device_id);
