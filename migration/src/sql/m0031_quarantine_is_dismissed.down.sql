revoke select (dismissed_at, dismissed_name, dismissed_why) on quarantine from vw_admin;
alter table quarantine
  drop constraint quarantine_dismissed_check,
  drop column dismissed_why,
  drop column dismissed_name,
  drop column dismissed_by,
  drop column dismissed_at;
