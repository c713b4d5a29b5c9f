drop table password_reset;
drop table invitation;
drop table mail_outbox;
alter table user_account drop column time_zone, drop column pressure_unit, drop column mass_unit,
  drop column glucose_unit, drop column temperature_unit, drop column look;
