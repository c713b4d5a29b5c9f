drop table hub_heartbeat;
drop table hub_vitality_day;
drop table device_vitality_day;
