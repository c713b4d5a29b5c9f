drop index device_status_by_customer;
create index device_status_by_customer on device_status (customer_id);
drop index device_status_by_distributor;
drop index device_in_use_by_customer;
drop index device_in_use_by_distributor;
