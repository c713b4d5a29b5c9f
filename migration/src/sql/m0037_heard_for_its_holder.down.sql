drop trigger status_stays_with_its_holder on device_status;
drop trigger status_begins_with_its_holder on device_status;
drop function vw_status_is_its_holder_s();
