//! Devices that send one reading a request, and hubs that send signed batches.

use std::io::Write;
use std::sync::Arc;

use crate::drive::Work;
use crate::error::LoadError;
use crate::files::Hub;
use crate::http::{Answer, Target};
use crate::readings::{Device, Readings};
use crate::tally::Verdicts;

/// Where a body's length is written, with zeros before it, so that the head can stand before the body is made.
const LENGTH: &[u8] = b"\r\nContent-Length: 000000\r\n\r\n";
const DIGITS: usize = 6;
const HUBS: &str = "/v1/hubs/telemetry";

/// Devices, each with its own token, in turn.
#[derive(Debug)]
pub(crate) struct Devices {
    devices: Vec<(Device, Vec<u8>)>,
    readings: Readings,
}

impl Devices {
    /// Their requests are ready but for the body.
    pub(crate) fn new(
        target: &Target,
        devices: Vec<Device>,
        readings: Readings,
    ) -> Result<Arc<Self>, LoadError> {
        if devices.is_empty() {
            return Err(LoadError::Wanting(
                "there is no device to send with: raise --devices",
            ));
        }
        let head = target.head("/v1/telemetry");
        let ready = |device: Device| {
            let head = [head.as_bytes(), device.token.as_bytes(), LENGTH].concat();
            (device, head)
        };
        let devices = devices.into_iter().map(ready).collect();
        Ok(Arc::new(Self { devices, readings }))
    }

    /// Who sends the request with this number: neighbours in time are different devices.
    pub(crate) fn index(&self, number: u64) -> usize {
        usize::try_from(number).unwrap_or_default() % self.devices.len()
    }
}

impl Work for Devices {
    fn request(&self, number: u64, into: &mut Vec<u8>) -> Result<(), LoadError> {
        let (device, head) = &self.devices[self.index(number)];
        into.extend_from_slice(head);
        self.readings.write(device, number, into);
        let length = format!("{:0DIGITS$}", into.len() - head.len());
        let end = head.len() - 4;
        into[end - DIGITS..end].copy_from_slice(length.as_bytes());
        Ok(())
    }

    fn verdicts(&self, _number: u64, answer: &Answer<'_>) -> Verdicts {
        let is_new = answer.status == 202 && count(answer.body, r#""status":"accepted""#) == 1;
        Verdicts {
            accepted: u64::from(is_new),
            others: u64::from(!is_new),
        }
    }
}

/// Hubs that send readings of the same devices, in turn.
#[derive(Debug)]
pub(crate) struct Hubs {
    signers: Vec<Hub>,
    devices: Vec<Device>,
    readings: Readings,
    batch: u64,
    head: String,
}

impl Hubs {
    /// `batch` readings a request.
    pub(crate) fn new(
        target: &Target,
        hubs: Vec<Hub>,
        devices: Vec<Device>,
        readings: Readings,
        batch: u64,
    ) -> Result<Arc<Self>, LoadError> {
        if hubs.is_empty() || devices.is_empty() {
            return Err(LoadError::Wanting(
                "hubs need at least one hub and one device: raise --hubs or --devices",
            ));
        }
        Ok(Arc::new(Self {
            signers: hubs,
            devices,
            readings,
            batch,
            head: target.head(HUBS),
        }))
    }
}

fn turn<T>(of: &[T], number: u64) -> &T {
    &of[usize::try_from(number).unwrap_or_default() % of.len()]
}

impl Work for Hubs {
    fn request(&self, number: u64, into: &mut Vec<u8>) -> Result<(), LoadError> {
        into.extend_from_slice(br#"{"readings":["#);
        for reading in number * self.batch..(number + 1) * self.batch {
            self.readings.write(turn(&self.devices, reading), reading, into);
            into.push(b',');
        }
        // The last comma gives way.
        into.pop();
        into.extend_from_slice(b"]}");
        let token = turn(&self.signers, number).signer.token("POST", HUBS, into)?;
        let mut head = Vec::with_capacity(1024);
        let length = into.len();
        let written = write!(head, "{}{token}\r\nContent-Length: {length}\r\n\r\n", self.head);
        debug_assert!(written.is_ok(), "a vector takes everything");
        into.splice(0..0, head);
        Ok(())
    }

    fn verdicts(&self, _number: u64, answer: &Answer<'_>) -> Verdicts {
        let accepted = count(answer.body, r#""status":"accepted""#);
        Verdicts {
            accepted,
            others: self.batch.saturating_sub(accepted),
        }
    }
}

/// How often a text stands in a body.
pub(crate) fn count(body: &[u8], text: &str) -> u64 {
    str::from_utf8(body).map_or(0, |body| body.matches(text).count() as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::readings::Kind;

    fn body(request: &[u8]) -> Value {
        let text = str::from_utf8(request).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), body.len(), "{head}");
        serde_json::from_str(body).unwrap()
    }

    #[tokio::test]
    async fn each_device_sends_with_its_own_token_and_the_right_length() {
        let target = Target::parse("http://127.0.0.1:1").await.unwrap();
        let devices = ["D1", "D2-with-a-longer-serial"]
            .map(|serial| Device::new(serial, Kind::Weight, &serial.to_lowercase()));
        let work = Devices::new(&target, devices.to_vec(), Readings::new(false)).unwrap();
        for (number, token) in [(0, "d1"), (1, "d2-with-a-longer-serial"), (2, "d1")] {
            let mut request = Vec::new();
            work.request(number, &mut request).unwrap();
            let head = String::from_utf8_lossy(&request).into_owned();
            assert!(
                head.contains(&format!("Authorization: Bearer {token}\r\n")),
                "{head}"
            );
            assert_eq!(body(&request)["device"].as_str().unwrap().to_lowercase(), token);
        }
        assert!(Devices::new(&target, Vec::new(), Readings::new(false)).is_err());
    }

    #[test]
    fn only_what_is_new_counts_as_accepted() {
        let of = |status, body: &str| {
            let devices = Devices {
                devices: Vec::new(),
                readings: Readings::new(false),
            };
            let verdicts = devices.verdicts(
                0,
                &Answer {
                    status,
                    body: body.as_bytes(),
                },
            );
            (verdicts.accepted, verdicts.others)
        };
        assert_eq!(of(202, r#"{"id":"a","status":"accepted"}"#), (1, 0));
        assert_eq!(of(200, r#"{"id":"a","status":"duplicate"}"#), (0, 1));
        assert_eq!(
            of(202, r#"{"id":"a","status":"quarantined","reason":"no_owner"}"#),
            (0, 1)
        );
        assert_eq!(of(503, "{}"), (0, 1));
    }
}
