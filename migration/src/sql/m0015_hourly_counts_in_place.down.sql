alter table usage_device_day alter hourly set storage extended;
alter table usage_hub_day alter hourly set storage extended;
