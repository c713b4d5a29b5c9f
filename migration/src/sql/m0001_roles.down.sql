-- The roles stay: they belong to the cluster, and other databases of it may use them.
revoke usage on schema public from vw_app, vw_customer, vw_distributor, vw_admin, vw_system;
drop function vw_bump_registry_epoch();
drop table registry_epoch;
drop extension btree_gist;
