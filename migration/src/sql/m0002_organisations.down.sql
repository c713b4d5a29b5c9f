drop table customer;
drop table distributor;
