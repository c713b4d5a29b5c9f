drop table outbox;
drop table quarantine;
drop table raw_message;
drop table reading_key;
drop table reading;
