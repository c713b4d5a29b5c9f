alter table reading
  alter column vals type jsonb using vals::jsonb,
  alter column original type jsonb using original::jsonb;
