//! The rows of people, of the mail that goes to them, and of what its links are for.

use chrono::TimeDelta;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;
use vitalwire_entity::*;

use enums::{
    CaseSide, GlucoseUnit, Look, MailKind, MailState, MassUnit, PressureUnit, TemperatureUnit, UserRole,
    UserState,
};
use ids::{InvitationId, MailId, UserId};

use super::World;

impl World {
    pub(super) async fn write_people(self, tx: &DatabaseTransaction) {
        keep!(tx => user_account {
            id: self.id(),
            email: format!("person{}@example.org", self.number),
            display_name: "Person".into(),
            role: UserRole::Customer,
            distributor_id: None,
            customer_id: Some(self.id()),
            permissions: vec!["devices.read".into(), "readings.read".into()],
            state: UserState::Active,
            created_at: self.now,
            last_sign_in_at: Some(self.now),
            sign_in_generation: 0,
            time_zone: Some("America/Chicago".into()),
            pressure_unit: PressureUnit::KPa,
            mass_unit: MassUnit::Lb,
            glucose_unit: GlucoseUnit::MmolL,
            temperature_unit: TemperatureUnit::Fahrenheit,
            look: Look::Dark,
            made_by: None,
            made_side: Some(CaseSide::Distributor),
            made_by_name: Some("Harbor".into()),
            asked_at: Some(self.now),
            confirmed_at: Some(self.now),
            confirmed_by: None,
            disabled_side: None,
            confined: true,
        });
        keep!(tx => user_account {
            id: UserId::from(Uuid::from_u128(1000 + u128::from(self.number))),
            email: format!("distributor{}@example.org", self.number),
            display_name: "Another".into(),
            role: UserRole::Distributor,
            distributor_id: Some(self.id()),
            customer_id: None,
            permissions: vec![],
            state: UserState::Disabled,
            created_at: self.now,
            last_sign_in_at: None,
            sign_in_generation: 3,
            time_zone: None,
            pressure_unit: PressureUnit::MmHg,
            mass_unit: MassUnit::Kg,
            glucose_unit: GlucoseUnit::MgDl,
            temperature_unit: TemperatureUnit::Celsius,
            look: Look::Auto,
            made_by: Some(self.id()),
            made_side: Some(CaseSide::Platform),
            made_by_name: Some("Person".into()),
            asked_at: None,
            confirmed_at: Some(self.now),
            confirmed_by: Some(self.id()),
            disabled_side: Some(CaseSide::Customer),
            confined: false,
        });
        keep!(tx => user_password {
            user_id: self.id(),
            hash: "$argon2id$".into(),
            changed_at: self.now
        });
        keep!(tx => session {
            id: self.id(),
            user_id: self.id(),
            secret_hmac: self.bytes(),
            created_at: self.now,
            last_seen_at: self.now,
            expires_at: self.now,
            ended_at: None,
        });
    }

    pub(super) async fn write_letters(self, tx: &DatabaseTransaction) {
        let later = self.now + TimeDelta::hours(1);
        let another = Uuid::from_u128(1000 + u128::from(self.number));
        keep!(tx => mail_outbox {
            id: self.id(),
            created_at: self.now,
            kind: MailKind::Invitation,
            mail_sealed: Some(self.bytes()),
            state: MailState::Waiting,
            attempt: 2,
            next_attempt_at: self.now,
            lease_until: Some(later),
            expires_at: later,
            ended_at: None,
        });
        keep!(tx => mail_outbox {
            id: MailId::from(another),
            created_at: self.now,
            kind: MailKind::PasswordChanged,
            mail_sealed: None,
            state: MailState::Failed,
            attempt: 1,
            next_attempt_at: self.now,
            lease_until: None,
            expires_at: later,
            ended_at: Some(self.now),
        });
        keep!(tx => invitation {
            id: self.id(),
            email: format!("first{}@example.org", self.number),
            display_name: "First".into(),
            role: UserRole::Customer,
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            permissions: vec!["readings.read".into()],
            secret_hmac: self.bytes(),
            invited_by: UserId::from(another),
            mail_id: self.id(),
            created_at: self.now,
            expires_at: later,
            accepted_at: Some(self.now),
            user_id: Some(self.id()),
            revoked_at: None,
            confined: true,
            site_ids: vec![self.id()],
            care_team_ids: vec![self.id()],
        });
        keep!(tx => invitation {
            id: InvitationId::from(another),
            email: format!("staff{}@example.org", self.number),
            display_name: "Staff".into(),
            role: UserRole::Distributor,
            distributor_id: Some(self.id()),
            customer_id: None,
            permissions: vec![],
            secret_hmac: [self.bytes(), self.bytes(), vec![0; 16]].concat().split_off(48),
            invited_by: UserId::from(another),
            mail_id: MailId::from(another),
            created_at: self.now,
            expires_at: later,
            accepted_at: None,
            user_id: None,
            revoked_at: Some(self.now),
            confined: false,
            site_ids: vec![],
            care_team_ids: vec![],
        });
        keep!(tx => password_reset {
            id: self.id(),
            user_id: self.id(),
            secret_hmac: self.bytes(),
            created_at: self.now,
            expires_at: later,
            ended_at: None,
        });
    }
}
