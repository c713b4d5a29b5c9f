alter table outbox drop constraint outbox_pkey, add primary key (id);
create index outbox_by_circuit on outbox (circuit, id);

alter table raw_message alter encoding type text;
drop domain message_encoding;
alter table raw_message add constraint raw_message_encoding_check check (encoding in ('gzip', 'zstd'));
