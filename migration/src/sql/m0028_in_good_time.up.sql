-- What came and went is listed by when it was written down, of everybody and of one distributor.
create index assignment_by_time on assignment (created_at desc, id desc);
create index assignment_by_distributor_time on assignment (distributor_id, created_at desc, id desc);
drop index assignment_by_distributor;
