drop index assignment_ended;
