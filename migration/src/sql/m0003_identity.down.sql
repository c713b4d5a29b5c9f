drop table session;
drop table user_password;
drop table user_account;
