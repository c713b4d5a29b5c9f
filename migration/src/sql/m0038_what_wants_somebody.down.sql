drop index case_unsolved;
drop index device_active;
