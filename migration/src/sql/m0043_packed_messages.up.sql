-- A message may come packed. It is kept as it came on the wire, because that is what its sender signed.
alter table raw_message add column encoding text check (encoding in ('gzip', 'zstd'));
