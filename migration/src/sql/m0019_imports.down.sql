drop function vw_registry_epoch();
drop index device_by_iccid;
drop table device_import_line;
drop table device_import;
