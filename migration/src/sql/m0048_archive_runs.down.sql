alter table archive_day drop column manifest;
