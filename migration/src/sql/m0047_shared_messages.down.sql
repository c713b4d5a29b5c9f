alter table raw_message drop column shared;
