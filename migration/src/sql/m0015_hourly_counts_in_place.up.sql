-- The 24 counts of a day are read one by one and written anew with each batch. Stored plainly they are read where they
-- lie; with the short header that small values otherwise get, each of the 24 would be read from a copy of all of them.
alter table usage_device_day alter hourly set storage plain;
alter table usage_hub_day alter hourly set storage plain;
