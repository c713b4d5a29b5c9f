drop table delivery_attempt;
drop table delivery;
drop table endpoint;
drop table event;
drop table customer_stream;
