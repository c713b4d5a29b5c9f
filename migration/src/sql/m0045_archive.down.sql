drop table archive_day;
alter table customer drop column archive;
