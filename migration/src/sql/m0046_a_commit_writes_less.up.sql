-- What a commit pays whatever it stores, made less again (docs/adr/0009): the packing of a message is said by a domain, as
-- the columns of m0014 are, and the outbox has one index instead of two.

create domain message_encoding as text;
alter table raw_message drop constraint raw_message_encoding_check;
-- While a domain allows everything, no row has to be written anew for it.
alter table raw_message alter encoding type message_encoding;
alter domain message_encoding add constraint message_encoding_check check (value in ('gzip', 'zstd')) not valid;

-- Each circuit reads its own rows in their order, and nobody asks for a row by its number alone.
alter table outbox drop constraint outbox_pkey, add primary key (circuit, id);
drop index outbox_by_circuit;
