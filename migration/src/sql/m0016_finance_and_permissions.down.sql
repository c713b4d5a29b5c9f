-- The role stays: it belongs to the cluster. So do the permissions: they name what their holders could do before.
revoke select on distributor, customer from vw_finance;
drop policy finance_reads on customer;
drop policy finance_reads on distributor;
revoke usage on schema public from vw_finance;
