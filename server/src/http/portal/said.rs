//! What the page after a form says once. The address carries a word, never the sentence itself.

use serde::Deserialize;
use web_templates::{Flash, Tone};

use super::{desk, devices, hubs, orders, sites, sources};

/// `?said=…` of a page that a form led to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SaidQuery {
    #[serde(default)]
    said: String,
    /// Of how many things something is said.
    #[serde(default)]
    count: Option<u32>,
}

impl SaidQuery {
    /// A word that came along with something else.
    pub(super) fn of(word: &str) -> Self {
        Self {
            said: word.to_owned(),
            count: None,
        }
    }

    /// Of how many things this word is said; none where it is another word.
    pub(super) fn counted(&self, word: &str) -> Option<u32> {
        (self.said == word).then(|| self.count.unwrap_or_default())
    }

    /// The sentences to show.
    pub(super) fn flashes(&self) -> Vec<Flash> {
        sentence(&self.said)
            .map(|(tone, text)| Flash {
                tone,
                text: text.to_owned(),
            })
            .into_iter()
            .collect()
    }
}

fn sentence(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "hub-confirmed" => (
            Tone::Ok,
            "The hub is confirmed. Its readings are taken from now on.",
        ),
        "endpoint-saved" => (
            Tone::Ok,
            "The address is saved. Send a test to see whether your server answers.",
        ),
        "test-sent" => (
            Tone::Info,
            "A test is on its way. It appears below within seconds.",
        ),
        "retried" => (Tone::Ok, "The delivery is on its way again."),
        "all-retried" => (Tone::Ok, "Everything on the shelf is on its way again."),
        "nothing-to-retry" => (Tone::Info, "There was nothing on the shelf."),
        "distributor-added" => (
            Tone::Ok,
            "The distributor is added. Invite its first person, and allocate devices from the stock.",
        ),
        "customer-added" => (
            Tone::Ok,
            "The customer is added. Invite its first person, and place devices and hubs with it.",
        ),
        "customer-moved" => (
            Tone::Ok,
            "The customer is moved, with all that it holds. Its readings go on.",
        ),
        "contact-added" => (Tone::Ok, "The contact is added."),
        "contact-removed" => (Tone::Ok, "The contact is removed."),
        "saved" => (Tone::Ok, "The changes are saved."),
        "account-saved" => (Tone::Ok, "Saved. You see it so from now on."),
        "own-password-changed" => (
            Tone::Ok,
            "Your password is changed. Every other session of yours has ended.",
        ),
        "password-changed" => (Tone::Ok, "Your password is changed. Sign in with the new one."),
        "invited" => (
            Tone::Ok,
            "The invitation is on its way. Its link works once, for seven days.",
        ),
        "sent-again" => (
            Tone::Ok,
            "The invitation is on its way again. The link before it works no longer.",
        ),
        "taken-back" => (
            Tone::Ok,
            "The invitation is taken back. Its link works no longer.",
        ),
        "permissions-saved" => (Tone::Ok, "Saved. It counts from their next click on."),
        "user-disabled" => (Tone::Ok, "The account is disabled. Its sessions have ended."),
        "user-enabled" => (Tone::Ok, "The account is enabled. They can sign in again."),
        "asked" => (
            Tone::Ok,
            "You have asked. An administrator of the platform makes sure of you; your organization's contacts are told.",
        ),
        "confirmed" => (
            Tone::Ok,
            "They are confirmed: they see readings from now on. The customer's contacts are told.",
        ),
        "model-added" => (Tone::Ok, "The model is added. Devices can be of it now."),
        "model-saved" => (Tone::Ok, "The model is saved."),
        "quarantine-dismissed" => (
            Tone::Ok,
            "They are dismissed. They are kept, with the reason and your name.",
        ),
        "not-sent" => (
            Tone::Warn,
            "You had been signed out, so what you sent did not arrive. Look at the form and send it again.",
        ),
        "signed-out" => (Tone::Info, "You are signed out."),
        word => {
            return devices::said::sentence(word)
                .or_else(|| hubs::said::sentence(word))
                .or_else(|| sources::said::sentence(word))
                .or_else(|| sites::said::sentence(word))
                .or_else(|| desk::said::sentence(word))
                .or_else(|| orders::said::sentence(word));
        }
    })
}
