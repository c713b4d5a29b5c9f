-- Each try of archiving a day has a folder of its own, so that two servers that are both at it leave each other's alone; here
-- stands which try counts.
alter table archive_day add column manifest text;
alter table archive_day no force row level security;
update archive_day set manifest = 'archive/v1/' || customer_id || '/' || day || '/manifest.json';
alter table archive_day force row level security;
alter table archive_day alter manifest set not null;
