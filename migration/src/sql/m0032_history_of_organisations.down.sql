drop table organisation_event;
