drop trigger status_stays_with_its_holder on device_status;
drop trigger status_begins_with_its_holder on device_status;
drop function vw_status_is_its_holder_s();
drop index device_status_unsure;
alter table device_status drop column is_unsure;
alter table device_status add foreign key (device_id) references device;
