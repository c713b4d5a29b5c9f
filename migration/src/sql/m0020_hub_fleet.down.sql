drop table hub_log;
drop table hub_command;
drop table hub_status;
alter table hub drop constraint hub_customer_id_serial_key;
alter table hub add unique nulls not distinct (customer_id, serial);
alter table assignment drop column note;
