-- A customer looks for the devices that it gave back of late, among all periods that it ever had.
create index assignment_ended on assignment (customer_id, valid_until)
  where device_id is not null and valid_until is not null;
