drop function vw_partitions_until();
drop function vw_make_partitions(date);
