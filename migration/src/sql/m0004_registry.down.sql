drop table device_status;
drop table assignment;
drop table hub_claim_code;
drop table hub;
drop table device_credential;
drop table device;
drop table device_model;
