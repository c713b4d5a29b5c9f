drop table state_change;
