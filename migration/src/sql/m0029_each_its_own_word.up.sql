-- What an organisation calls a device is its own: a customer's word may tell of a patient, so neither its distributor's people
-- nor the platform's read it, and a distributor's word is nothing to the customer. Columns that come later have to be granted.
do $$
declare seen text;
begin
  select string_agg(quote_ident(attname), ', ' order by attnum) into seen from pg_attribute
  where attrelid = 'device'::regclass and attnum > 0 and not attisdropped
    and attname not in ('customer_reference', 'distributor_reference');
  revoke select on device from vw_admin, vw_distributor, vw_customer;
  execute format('grant select (%s) on device to vw_admin, vw_distributor, vw_customer', seen);
end $$;
grant select (distributor_reference) on device to vw_admin, vw_distributor;
grant select (customer_reference) on device to vw_customer;
