-- What a model reports besides the main value of each kind: about itself, and beside what it measures. Empty: nobody has
-- written it down.
alter table device_model add column reports text[] not null default '{}'
  constraint device_model_reports_check check (reports <@ array['battery', 'signal', 'mean', 'pulse', 'irregular', 'bmi',
    'body_fat', 'meal', 'sample', 'perfusion_index', 'body_site', 'rr_intervals', 'distance', 'energy', 'active_minutes',
    'sleep_stages']);
