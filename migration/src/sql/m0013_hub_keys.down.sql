drop table hub_key;
