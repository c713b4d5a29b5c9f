drop table order_step, return_item, device_return, order_item, order_parcel, order_line, device_order, order_counter;
drop index device_free;
drop index hub_free;
alter table device drop column reserved_for;
alter table hub drop column reserved_for;
