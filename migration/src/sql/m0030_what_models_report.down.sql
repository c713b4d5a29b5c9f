alter table device_model drop column reports;
