//! What the tests stand on, and the stories that need a platform.

mod claiming;
mod platform;
mod scripted;
mod uploading;
mod waiting;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::clock::Clock;
use crate::random::Random;
use crate::reading::{Item, Reading};

/// The moment at which the tests' readings are seen.
pub(crate) fn moment() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T08:15:30.123Z")
        .unwrap()
        .to_utc()
}

/// A cuff's reading; the systolic pressure tells it from others.
pub(crate) fn reading(systolic: u16) -> Reading {
    let values = json!({"systolic": systolic, "diastolic": 79});
    Reading {
        device: "D1".into(),
        maker: "Omron".into(),
        kind: "blood_pressure".into(),
        measured_at: None,
        hub_time: moment(),
        values: values.as_object().unwrap().clone(),
        user: None,
        sequence: None,
        quality: Vec::new(),
    }
}

/// The same, frozen.
pub(crate) fn item(systolic: u16) -> Item {
    Item::new(&reading(systolic)).unwrap()
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub(crate) fn at(moment: DateTime<Utc>) -> Self {
        Self(Mutex::new(moment))
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Bytes that count: never the same id twice, always the same ones in the same test.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        true
    }
}

/// Always the same byte: a wait without chance.
#[derive(Debug)]
pub(crate) struct Always(pub(crate) u8);

impl Random for Always {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        bytes.fill(self.0);
        true
    }
}

/// A folder that goes when the test ends.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vitalwire-hub-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}
