revoke select on device from vw_admin, vw_distributor, vw_customer;
grant select on device to vw_admin, vw_distributor, vw_customer;
