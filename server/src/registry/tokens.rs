//! A device's own token: shown once, stored as HMAC under the platform's pepper.

use std::fmt;

use data_encoding::BASE32_NOPAD;

use super::devices::Device;
use super::scope::RegistryScope;
use super::standing::IssuedFor;
use super::{RegistryError, devices, store};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CredentialId, DeviceId};
use crate::ground::{Ground, Purpose};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// Begins every token that the platform makes, so that a leaked one is recognised.
const PREFIX: &str = "vwd_";

/// A device's token as it is shown once: `vwd_` and 160 bits in base32.
#[derive(Clone)]
pub struct DeviceToken(String);

impl DeviceToken {
    fn new(ground: &Ground) -> Self {
        let text = BASE32_NOPAD.encode(&ground.random::<20>());
        Self(format!("{PREFIX}{}", text.to_ascii_lowercase()))
    }

    /// The token, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceToken(…)")
    }
}

/// Makes a token for a device that the caller sees, for its present holder: whoever holds the device next needs another.
/// Tokens that it had before stop working with the same commit.
pub async fn issue<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<DeviceToken, RegistryError> {
    by.must_manage_devices()?;
    let seen = by
        .run(database, async |tx| devices::get(tx, device).await)
        .await?;
    if matches!(seen.state, DeviceState::Retired | DeviceState::Replaced) {
        return Err(RegistryError::Conflict("the device is out of use for good"));
    }
    may_issue(by, &seen)?;
    let token = DeviceToken::new(ground);
    let hmac = ground.keys().hmac(Purpose::DeviceToken, token.0.as_bytes());
    let (id, now): (CredentialId, _) = (ground.id(), ground.now());
    let holder = holder(&seen);
    SystemScope::for_purpose("issue the token of a device that the caller sees")
        .run(database, async |tx| {
            store::tokens::system_lock(tx, device, holder).await?;
            store::tokens::system_revoke(tx, device, now).await?;
            store::tokens::system_insert(tx, id, device, holder, &hmac, now).await
        })
        .await?;
    Ok(token)
}

/// Whoever has a device's token can try values, and hears which one was measured. So while a customer has the device, its own
/// people issue its token and nobody else.
fn may_issue<S: RegistryScope>(by: &S, seen: &Device) -> Result<(), RegistryError> {
    if seen.customer.is_none() || by.customer().is_some() {
        return Ok(());
    }
    Err(RegistryError::Conflict(
        "the device is with a customer: its own people issue its token",
    ))
}

/// Ends every token of a device that the caller sees; that it had none is no error.
pub async fn revoke<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<(), RegistryError> {
    by.must_manage_devices()?;
    let seen = by
        .run(database, async |tx| devices::get(tx, device).await)
        .await?;
    let now = ground.now();
    SystemScope::for_purpose("revoke the token of a device that the caller sees")
        .run(database, async |tx| {
            store::tokens::system_lock(tx, device, holder(&seen)).await?;
            store::tokens::system_revoke(tx, device, now).await
        })
        .await
}

/// When the token that works now for the device's holder was issued, for a device that the caller sees. One that was issued
/// for whoever held it before is not theirs to know of.
pub async fn issued_at<S: RegistryScope>(
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<Option<chrono::DateTime<chrono::Utc>>, RegistryError> {
    by.run(database, async |tx| devices::get(tx, device).await)
        .await?;
    SystemScope::for_purpose("see whether a device that the caller sees has a token")
        .run(database, async |tx| {
            store::tokens::system_issued_at(tx, device).await
        })
        .await
}

/// Who held the device when the caller saw it.
fn holder(seen: &Device) -> IssuedFor {
    IssuedFor {
        customer: seen.customer,
        distributor: seen.distributor,
    }
}
