drop index order_item_came_device;
drop index order_item_came_hub;
alter table return_item drop column model_id, drop column order_id;
