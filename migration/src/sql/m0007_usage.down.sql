drop table minute_tally;
drop function vw_add_hours(integer[], integer[]);
drop table usage_delivery_day;
drop table usage_hub_day;
drop table usage_device_day;
