-- When a customer or a distributor was last closed: what its people had been given to sign in with is over since then, also
-- where it is opened again.
alter table customer add column closed_at timestamptz;
alter table distributor add column closed_at timestamptz;
