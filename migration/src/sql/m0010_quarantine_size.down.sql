-- A dropped column keeps its grants.
revoke select (item_bytes) on quarantine from vw_admin, vw_customer;
alter table quarantine drop column item_bytes;
