//! A letter: what it is about, to whom it goes, what it says.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ground::enums::MailKind;
use crate::ground::ids::MailId;
use crate::outside::mail::Mail;

/// A letter to one person. Never shown: it may hold a link that opens an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is about.
    pub kind: MailKind,
    /// The address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Letter {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(super) fn into_mail(self, id: MailId, date: DateTime<Utc>) -> Mail {
        Mail {
            id: id.as_uuid(),
            to: self.to,
            subject: self.subject,
            text: self.text,
            html: None,
            date,
        }
    }
}
