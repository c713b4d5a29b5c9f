drop table archive_day;
revoke update (archive) on customer from vw_customer;
alter table customer drop column archive;
