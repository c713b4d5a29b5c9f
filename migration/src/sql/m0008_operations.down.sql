drop table job_lease;
drop table refusal;
