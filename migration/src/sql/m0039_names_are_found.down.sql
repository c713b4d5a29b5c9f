-- Names stay as they are written: they read the same.
drop index distributor_by_name;
drop index customer_by_name;
