//! The tables as types: one file a table with its `Entity`, `Model`, `ActiveModel` and `Column`, and beside them the
//! ids and enums that their columns hold.
//!
//! Entities are seen only in the stores of the server's rooms; [`ids`] and [`enums`] are everybody's. A test of the
//! migrations holds every entity to its table.

mod relations;
mod sql;
mod text;

pub mod enums;
pub mod ids;

pub mod archive_day;
pub mod assignment;
pub mod care_team;
pub mod care_team_member;
pub mod care_team_site;
pub mod case_note;
pub mod contact;
pub mod customer;
pub mod customer_stream;
pub mod delivery;
pub mod delivery_attempt;
pub mod device;
pub mod device_credential;
pub mod device_import;
pub mod device_import_line;
pub mod device_model;
pub mod device_order;
pub mod device_return;
pub mod device_status;
pub mod device_vitality_day;
pub mod distributor;
pub mod endpoint;
pub mod event;
pub mod hub;
pub mod hub_claim_code;
pub mod hub_command;
pub mod hub_heartbeat;
pub mod hub_key;
pub mod hub_log;
pub mod hub_status;
pub mod hub_vitality_day;
pub mod invitation;
pub mod job_lease;
pub mod mail_outbox;
pub mod master_key_check;
pub mod minute_tally;
pub mod order_counter;
pub mod order_item;
pub mod order_line;
pub mod order_parcel;
pub mod order_step;
pub mod organisation_event;
pub mod outbox;
pub mod password_reset;
pub mod quarantine;
pub mod raw_message;
pub mod reading;
pub mod reading_key;
pub mod refusal;
pub mod registry_epoch;
pub mod return_item;
pub mod session;
pub mod shelved_event;
pub mod site;
pub mod site_member;
pub mod source;
pub mod state_change;
pub mod support_case;
pub mod usage_delivery_day;
pub mod usage_device_day;
pub mod usage_hub_day;
pub mod user_account;
pub mod user_password;
