-- Of what goes back: its model, and the order with which it came, so that a statement can say what is given back for it.
-- None: a hub has no model, and what came by no order has none.
alter table return_item
  add column model_id uuid references device_model,
  add column order_id uuid references device_order;
-- Who goes from a device to the order with which it came.
create index order_item_came_device on order_item (device_id, received_at) where state = 'received';
create index order_item_came_hub on order_item (hub_id, received_at) where state = 'received';

-- Only the system is let through the policies, and this is the owner.
alter table return_item no force row level security;
alter table order_item no force row level security;
alter table device no force row level security;
update return_item i set model_id = d.model_id from device d where d.id = i.device_id;
update return_item i set order_id = (
  select o.order_id from order_item o
  where o.state = 'received' and o.distributor_id = i.distributor_id
    and (o.device_id = i.device_id or o.hub_id = i.hub_id)
  order by o.received_at desc limit 1);
alter table return_item force row level security;
alter table order_item force row level security;
alter table device force row level security;
