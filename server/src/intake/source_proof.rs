//! The proof that a message comes from a vendor's cloud: it shows the secret of a source, the way that vendor does it. That
//! proves who sends, and nothing of what was measured: its readings are asserted by the vendor.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use data_encoding::BASE64;

use super::Intake;
use super::refusals::{RefusalReason, Subject};
use crate::ground::Purpose;
use crate::ground::enums::{SourceScheme, SourceState, Vendor};
use crate::ground::ids::SourceId;
use crate::registry::sources::SourceIdentity;

/// Longer headers are not looked at, bytes.
const LARGEST: usize = 512;

/// Why a message is not believed to come from a source, or is not taken from it.
#[derive(Debug, thiserror::Error)]
pub enum SourceRefused {
    /// There is no such source of that vendor, or what was shown is not its secret: the two are never told apart.
    #[error("no source of this address showed its secret")]
    NotProven,
    /// It was switched off.
    #[error("the source is not active")]
    Inactive,
    /// The registry does not answer.
    #[error("the registry is not available")]
    Unavailable(#[from] sqlx::Error),
}

impl SourceRefused {
    /// The stable word that ends the problem's type and stands in the log of refusals.
    pub fn reason(&self) -> RefusalReason {
        match self {
            Self::NotProven => "unknown-source",
            Self::Inactive => "source-inactive",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

/// A source that showed its secret.
#[derive(Debug, Clone)]
pub struct ProvenSource {
    /// Which one.
    pub source: Arc<SourceIdentity>,
    shown: [u8; 32],
}

impl ProvenSource {
    /// Who to file refusals under.
    pub fn subject(&self) -> Subject {
        Subject {
            source: Some(self.source.source),
            customer: self.source.customer,
            ..Subject::default()
        }
    }

    /// Whether the source, as it is said to be, showed its secret and may send.
    fn check(&self, source: &SourceIdentity, now: DateTime<Utc>) -> Result<(), SourceRefused> {
        if !source.is_shown(&self.shown, now) {
            Err(SourceRefused::NotProven)
        } else if source.state == SourceState::Active {
            Ok(())
        } else {
            Err(SourceRefused::Inactive)
        }
    }
}

impl Intake {
    /// Asks who sends, before the body is read. `vendor` and `id` are the address's; `header` gives the value of a header
    /// by its name in lower case. With the refusal comes who to file it under.
    pub async fn prove_source(
        &self,
        vendor: Vendor,
        id: &str,
        header: impl Fn(&str) -> Option<String>,
    ) -> Result<ProvenSource, (SourceRefused, Subject)> {
        let stranger = |error| {
            (
                error,
                Subject {
                    claimed: Some(id.to_owned()),
                    ..Subject::default()
                },
            )
        };
        let Ok(id) = id.parse::<SourceId>() else {
            return Err(stranger(SourceRefused::NotProven));
        };
        let remembered = self.identities.source(id).await;
        let remembered = remembered.map_err(|error| stranger(error.into()))?;
        let Some(source) = remembered.filter(|source| source.vendor == vendor) else {
            return Err(stranger(SourceRefused::NotProven));
        };
        let shown = shown(&source, header).ok_or_else(|| stranger(SourceRefused::NotProven))?;
        let shown = self.ground.keys().hmac(Purpose::SourceSecret, shown.as_bytes());
        let proven = ProvenSource { source, shown };
        let refused = match proven.check(&proven.source, self.ground.now()) {
            // A secret that was made a moment ago works at once, and so does a source that was activated.
            Err(_) => self
                .source_changed(&proven)
                .await
                .map_err(|error| stranger(error.into()))?,
            Ok(()) => None,
        };
        match refused {
            Some(SourceRefused::NotProven) => Err(stranger(SourceRefused::NotProven)),
            Some(refused) => Err((refused, proven.subject())),
            None => {
                self.identities.heard_source(&proven.source);
                Ok(proven)
            }
        }
    }

    /// The refusal where the registry's memory, which is a moment behind, believed the source too long.
    pub(super) async fn source_changed(
        &self,
        proven: &ProvenSource,
    ) -> Result<Option<SourceRefused>, sqlx::Error> {
        let source = self.identities.source_now(proven.source.source).await?;
        let checked = source.map_or(Err(SourceRefused::NotProven), |source| {
            proven.check(&source, self.ground.now())
        });
        Ok(checked.err())
    }
}

/// What was shown where the source's secret should stand.
fn shown(source: &SourceIdentity, header: impl Fn(&str) -> Option<String>) -> Option<String> {
    let value = |name: &str| header(name).filter(|value| value.len() <= LARGEST);
    match source.scheme {
        SourceScheme::Header => value(&source.shown_as),
        SourceScheme::Basic => {
            let value = value("authorization")?;
            let (scheme, credentials) = value.split_once(' ')?;
            let decoded = BASE64.decode(credentials.trim().as_bytes()).ok()?;
            let decoded = String::from_utf8(decoded).ok()?;
            let (user, password) = decoded.split_once(':')?;
            (scheme.eq_ignore_ascii_case("basic") && user == source.shown_as).then(|| password.to_owned())
        }
    }
}
