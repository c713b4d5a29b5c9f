alter table reading
  alter kind type text,
  alter proof type text,
  alter status type text,
  alter utc_offset_minutes type smallint,
  alter user_slot type smallint,
  alter content_hash type bytea;
alter table outbox alter circuit type text;

drop domain vital_kind, reading_proof, reading_status, utc_offset_minutes, user_slot, content_hash, circuit;

alter table reading
  add constraint reading_kind_check check (kind in ('blood_pressure', 'weight', 'glucose', 'oximetry', 'temperature',
                                                    'heart_rate', 'activity', 'sleep')),
  add constraint reading_proof_check check (proof in ('hub_signed', 'device_token', 'vendor_asserted')),
  add constraint reading_status_check check (status in ('final', 'entered_in_error')),
  add constraint reading_utc_offset_minutes_check check (utc_offset_minutes between -1080 and 1080),
  add constraint reading_user_slot_check check (user_slot between 0 and 255),
  add constraint reading_content_hash_check check (length(content_hash) = 32);
alter table outbox add constraint outbox_circuit_check check (circuit in ('forwarding', 'alerts', 'clinical'));
