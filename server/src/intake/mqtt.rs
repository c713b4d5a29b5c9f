//! A device over MQTT (DESIGN §6): the same message as over HTTP with the device's token inside, on a topic that proves
//! nothing. Only the answer on the device's own topic acknowledges, and it is published after the commit.
//!
//! What cannot be stored at the moment is held and tried again, for as long as that takes: the broker is not told that it may
//! forget the message, and sends no more than a number of them, so that a database that is away holds the broker's queue back.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use vitals::DecodeError;

use super::single::{Remote, SingleError, SingleOutcome, Taken};
use super::{Intake, Refusal, RefusalReason, Subject};
use crate::ground::ids::ReadingId;
use crate::outside::mqtt::{Answer, Message, Taker};
use crate::registry::DeviceIdentity;

/// What devices publish on, with their serial where the `+` is.
pub const TELEMETRY: &str = "vitalwire/v1/+/telemetry";
const BEFORE: &str = "vitalwire/v1/";
const BEHIND: &str = "/telemetry";
/// Pauses of a message that is held.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a message is refused.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the message is too large")]
    TooLarge,
    #[error("the message holds no token")]
    MissingToken,
    #[error("the message holds two tokens")]
    TokenTwice,
    #[error("the message speaks of another device than its topic")]
    OtherTopic,
    #[error("{0}")]
    Single(#[from] SingleError),
}

impl Refused {
    /// The stable word of the answer and of the log of refusals.
    fn reason(&self) -> RefusalReason {
        match self {
            Self::TooLarge => "too-large",
            Self::MissingToken => "missing-token",
            Self::TokenTwice => "duplicate-name",
            Self::OtherTopic => "topic-of-another-device",
            Self::Single(error) => error.reason(),
        }
    }

    /// Where in the message (RFC 6901).
    fn pointer(&self) -> Option<&str> {
        match self {
            Self::Single(SingleError::Decode(error)) => {
                Some(error.pointer()).filter(|pointer| !pointer.is_empty())
            }
            Self::TokenTwice => Some("/token"),
            _ => None,
        }
    }
}

/// What a device is told.
#[derive(Debug, Serialize)]
struct Said<'a> {
    /// SHA-256 of the bytes that it published, so that it knows its message again whatever became of it.
    message: String,
    /// The content hash of what is durable now.
    hash: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ReadingId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
}

/// The names of a message that it is sorted by before anything is believed of it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    token: Option<&'a RawValue>,
    #[serde(borrow)]
    device: Option<&'a RawValue>,
}

/// A message taken apart.
struct Opened<'a> {
    token: Cow<'a, str>,
    /// The message without the token: it is kept for proof, and must not keep a credential that works.
    body: Vec<u8>,
}

#[async_trait]
impl Taker for Intake {
    async fn take(&self, message: Message<'_>) -> Option<Answer> {
        let serial = message.topic.strip_prefix(BEFORE)?.strip_suffix(BEHIND)?;
        let taken = self.published(serial, message.payload).await;
        let said = said(message.payload, taken.as_ref());
        metrics::counter!("vitalwire_mqtt_messages_total", "verdict" => said.status).increment(1);
        let payload = serde_json::to_vec(&said).ok()?;
        let topic = format!("{BEFORE}{serial}/ack");
        Some(Answer { topic, payload })
    }
}

impl Intake {
    /// Takes what was published on a device's topic. Returns after the commit, or when it is refused for good.
    async fn published(&self, serial: &str, payload: &[u8]) -> Result<Taken, Refused> {
        let came_at = self.ground.now();
        let opened = self.open(serial, payload).await?;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.believed(&opened, came_at).await {
                Ok(taken) => return Ok(taken),
                Err((known, error)) if !error.is_ours() => {
                    self.note_single(known.as_ref(), &opened.body, Remote::Broker, &error);
                    return Err(error.into());
                }
                Err((_, error)) => error,
            };
            if pause == FIRST_PAUSE {
                metrics::counter!("vitalwire_mqtt_messages_total", "verdict" => "held").increment(1);
                tracing::debug!(%error, "a message of the broker is held");
            }
            let [byte] = self.ground.random::<1>();
            tokio::time::sleep(pause / 2 + pause / 2 * u32::from(byte) / 255).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The token and the rest, where the message speaks of the topic's device.
    async fn open<'a>(&self, serial: &str, payload: &'a [u8]) -> Result<Opened<'a>, Refused> {
        let stranger = || Subject {
            claimed: Some(serial.to_owned()),
            remote: Some(Remote::Broker.to_string()),
            ..Subject::default()
        };
        let refused = match opened(serial, payload, self.limits.single_bytes) {
            Ok(opened) => return Ok(opened),
            Err((refused, token)) => {
                // Whose token it is, support wants to know: the device that is set up for another topic.
                let known = match token {
                    Some(token) => self.device_of(&token).await.ok().flatten(),
                    None => None,
                };
                let subject = known.map_or_else(stranger, |device| proven(&device));
                self.refusals.note(Refusal {
                    subject,
                    reason: refused.reason(),
                    detail: refused.pointer().map(str::to_owned),
                });
                refused
            }
        };
        Err(refused)
    }

    async fn believed(
        &self,
        opened: &Opened<'_>,
        came_at: DateTime<Utc>,
    ) -> Result<Taken, (Option<DeviceIdentity>, SingleError)> {
        let known = self.device_of(&opened.token).await;
        let known = known.map_err(|error| (None, SingleError::Unavailable(error)))?;
        let Some(device) = known else {
            return Err((None, SingleError::UnknownToken));
        };
        let taken = self.single_of(&device, &opened.body, Some(came_at)).await;
        taken.map_err(|error| (Some((*device).clone()), error))
    }
}

fn proven(device: &DeviceIdentity) -> Subject {
    Subject {
        device: Some(device.device),
        customer: device.customer,
        distributor: device.distributor,
        ..Subject::default()
    }
}

/// Takes a message apart. What it is refused with comes with the token, where it holds one.
fn opened<'a>(
    serial: &str,
    payload: &'a [u8],
    most: usize,
) -> Result<Opened<'a>, (Refused, Option<Cow<'a, str>>)> {
    if payload.len() > most {
        return Err((Refused::TooLarge, None));
    }
    let is_object = payload.trim_ascii_start().first() == Some(&b'{');
    let envelope = serde_json::from_slice(payload).ok().filter(|_| is_object);
    let Some(Envelope { token, device }) = envelope else {
        // No object, or one in which a name stands twice: the decoder has the word for all but the token, which it passes over.
        let refused = match (vitals::decode(payload), std::str::from_utf8(payload)) {
            (Err(error), _) => Refused::Single(error.into()),
            (Ok(_), Err(text)) => Refused::Single(no_text(payload, text.valid_up_to()).into()),
            (Ok(_), Ok(_)) => Refused::TokenTwice,
        };
        return Err((refused, None));
    };
    let written = token.and_then(|token| Some((token.get(), text(token)?)));
    let Some((raw, token)) = written.filter(|(_, token)| !token.is_empty()) else {
        return Err((Refused::MissingToken, None));
    };
    // What is no text the decoder refuses.
    if let Some(device) = device.and_then(text)
        && device.trim() != serial
    {
        return Err((Refused::OtherTopic, Some(token)));
    }
    let from = raw.as_ptr().addr() - payload.as_ptr().addr();
    let (before, behind) = (&payload[..from], &payload[from + raw.len()..]);
    let body = [before, b"null", behind].concat();
    Ok(Opened { token, body })
}

/// The same in plain values, for [`super::fuzzing`]: the token and what is kept, else the reason.
pub(super) fn taken_apart(
    serial: &str,
    payload: &[u8],
    most: usize,
) -> Result<(String, Vec<u8>), RefusalReason> {
    let opened = opened(serial, payload, most).map_err(|(refused, _)| refused.reason())?;
    Ok((opened.token.into_owned(), opened.body))
}

/// That a message is no UTF-8 from this byte on, where the decoder has passed over it.
fn no_text(payload: &[u8], at: usize) -> DecodeError {
    let read = payload.get(..at).unwrap_or_default();
    let begins = read
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    DecodeError::MalformedJson {
        line: read.split(|byte| *byte == b'\n').count(),
        column: read.len() - begins + 1,
    }
}

fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    let Text(text) = serde_json::from_str(value.get()).ok()?;
    Some(text)
}

fn said<'a>(payload: &[u8], taken: Result<&Taken, &'a Refused>) -> Said<'a> {
    let message = HEXLOWER.encode(digest::digest(&digest::SHA256, payload).as_ref());
    let (status, id, reason, pointer) = match taken {
        Ok(Taken { outcome, .. }) => match outcome {
            SingleOutcome::Accepted(id) => ("accepted", Some(*id), None, None),
            SingleOutcome::Duplicate(id) => ("duplicate", Some(*id), None, None),
            SingleOutcome::Quarantined(reason) => ("quarantined", None, Some(reason.as_str()), None),
        },
        Err(refused) => ("rejected", None, Some(refused.reason()), refused.pointer()),
    };
    Said {
        message,
        hash: taken.ok().map(|taken| taken.hash.to_hex()),
        status,
        id,
        reason,
        pointer,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn reason(payload: &[u8]) -> RefusalReason {
        match opened("D000017", payload, 1_000) {
            Ok(_) => "none",
            Err((refused, _)) => refused.reason(),
        }
    }

    #[rstest]
    #[case(br#"{"token":"abc","device":"D000017"}"#, "none")]
    #[case(br#"{"token":"abc","device":" D000017 "}"#, "none")]
    #[case::the_decoder_says_so(br#"{"token":"abc"}"#, "none")]
    #[case(br#"{"token":"abc","device":"D000018"}"#, "topic-of-another-device")]
    #[case::escaped(br#"{"token":"abc","device":"D00001\u0038"}"#, "topic-of-another-device")]
    #[case(br#"{"device":"D000017"}"#, "missing-token")]
    #[case(br#"{"token":"","device":"D000017"}"#, "missing-token")]
    #[case(br#"{"token":null,"device":"D000017"}"#, "missing-token")]
    #[case(br#"{"token":17,"device":"D000017"}"#, "missing-token")]
    #[case(br#"{"values":{"token":"abc"},"device":"D000017"}"#, "missing-token")]
    #[case(b"", "malformed-json")]
    #[case(b"\xff\xfe", "malformed-json")]
    #[case::the_decoder_does_not_look_into_the_token(
        b"{\"token\":\"a\xffc\",\"device\":\"D000017\",\"kind\":\"weight\",\"values\":{\"weight\":70}}",
        "malformed-json"
    )]
    #[case(b"[]", "wrong-type")]
    #[case(br#"["abc","D000017"]"#, "wrong-type")]
    #[case(
        br#"{"token":"abc","token":"abc","device":"D000017","kind":"weight","values":{"weight":70}}"#,
        "duplicate-name"
    )]
    #[case(br#"{"token":"abc","device":"D","device":"D000017"}"#, "duplicate-name")]
    #[case(&[b'{'; 1_001], "too-large")]
    fn a_message_is_sorted_before_it_is_believed(#[case] payload: &[u8], #[case] expected: &str) {
        assert_eq!(reason(payload), expected);
    }

    #[rstest]
    #[case(r#"{"token":"abc","device":"D"}"#, "abc", r#"{"token":null,"device":"D"}"#)]
    #[case(
        r#"{ "device":"D", "token" : "a\u0062c" }"#,
        "abc",
        r#"{ "device":"D", "token" : null }"#
    )]
    #[case(r#"{"device":"D","token":"a\"}"}"#, "a\"}", r#"{"device":"D","token":null}"#)]
    #[case(
        r#"{"x":"token","token":"ä","device":"D"}"#,
        "ä",
        r#"{"x":"token","token":null,"device":"D"}"#
    )]
    fn the_token_is_cut_out_of_what_is_kept(#[case] sent: &str, #[case] token: &str, #[case] kept: &str) {
        let Ok(opened) = opened("D", sent.as_bytes(), 1_000) else {
            panic!("{sent} is refused");
        };
        assert_eq!(
            (&*opened.token, String::from_utf8(opened.body).unwrap()),
            (token, kept.to_owned())
        );
    }

    #[test]
    fn an_answer_names_the_message_whatever_became_of_it() {
        let json = |taken: Result<&Taken, &Refused>| serde_json::to_string(&said(b"{", taken)).unwrap();
        let sha256 = "021fb596db81e6d02bf3d2586ee3981fe519f275c0ac9ca76bbcf2ebb4097d96";
        let refused = opened("D", b"{", 1_000).map(|_| ()).unwrap_err().0;
        assert_eq!(
            json(Err(&refused)),
            format!(r#"{{"message":"{sha256}","hash":null,"status":"rejected","reason":"malformed-json"}}"#)
        );
        let taken = Taken {
            outcome: SingleOutcome::Duplicate(uuid::Uuid::from_u128(7).into()),
            hash: vitals::ContentHash::from_bytes([0xab; 32]),
        };
        assert_eq!(
            json(Ok(&taken)),
            format!(
                r#"{{"message":"{sha256}","hash":"{}","status":"duplicate","id":"00000000-0000-0000-0000-000000000007"}}"#,
                "ab".repeat(32)
            )
        );
    }
}
