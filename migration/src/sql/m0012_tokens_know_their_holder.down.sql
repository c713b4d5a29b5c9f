alter table user_account drop column sign_in_generation;
alter table device_credential drop column customer_id, drop column distributor_id;
