drop table master_key_check;
drop table job_lease;
drop table refusal;
