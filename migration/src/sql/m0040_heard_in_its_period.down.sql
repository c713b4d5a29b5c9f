drop index device_status_by_hub;
drop trigger is_heard_no_more on device_status;
drop function vw_is_heard_no_more();
drop trigger assignment_epoch on assignment;
create constraint trigger assignment_epoch after insert or update or delete on assignment
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
drop index assignment_unheard;
alter table assignment drop column is_heard;
