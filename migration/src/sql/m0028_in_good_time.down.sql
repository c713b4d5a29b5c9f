create index assignment_by_distributor on assignment (distributor_id, created_at);
drop index assignment_by_distributor_time;
drop index assignment_by_time;
