-- What waits in quarantine is dismissed by a person, with a reason; it is kept, and a sender that repeats it changes nothing.
alter table quarantine
  add column dismissed_at timestamptz,
  add column dismissed_by uuid,
  -- Their name then: accounts go, and who did it stays.
  add column dismissed_name text check (length(dismissed_name) between 1 and 200),
  add column dismissed_why text check (length(dismissed_why) between 1 and 500),
  add constraint quarantine_dismissed_check check (
    (state = 'rejected') = (dismissed_at is not null)
    and num_nulls(dismissed_at, dismissed_by, dismissed_name, dismissed_why) in (0, 4));
create index quarantine_dismissed on quarantine (dismissed_at) where state = 'rejected';
grant select (dismissed_at, dismissed_name, dismissed_why) on quarantine to vw_admin;
