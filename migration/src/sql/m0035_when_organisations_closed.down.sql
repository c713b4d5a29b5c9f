alter table distributor drop column closed_at;
alter table customer drop column closed_at;
