-- Whether something in a message is not its owner's, or may not be: said where the message is committed, because it cannot
-- be told afterwards. Null: sent by a device by itself, or from before this column.
alter table raw_message add column shared boolean;
