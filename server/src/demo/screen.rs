//! What the person in front of the demo sees.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::world::{ADMIN, FINANCE, World};
use crate::ground::swallow::swallow;

/// After so many readings the address and the logins are printed again.
const BANNER_EVERY: usize = 40;

/// Standard output, with colour on a terminal. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Screen {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    colour: bool,
    /// The portal's address and the logins.
    banner: OnceLock<String>,
    /// Since when readings are of the present; what arrived before is only counted.
    live_since: OnceLock<DateTime<Utc>>,
    earlier: AtomicUsize,
    earlier_said: AtomicUsize,
    printed: AtomicUsize,
}

/// A reading of a delivery that was believed.
#[derive(Debug)]
pub(super) struct Verified<'a> {
    pub(super) clinic: &'a str,
    pub(super) kind: &'a str,
    pub(super) what: &'a str,
    pub(super) device: &'a str,
    pub(super) proof: &'a str,
    /// When the platform had it.
    pub(super) arrived: DateTime<Utc>,
    pub(super) late_ms: i64,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                colour: std::io::stdout().is_terminal(),
                banner: OnceLock::new(),
                live_since: OnceLock::new(),
                earlier: AtomicUsize::new(0),
                earlier_said: AtomicUsize::new(0),
                printed: AtomicUsize::new(0),
            }),
        }
    }

    /// A step of the start or the stop.
    pub(super) fn step(&self, text: &str) {
        line(&format!("{} {text}", self.paint("36", "▸")));
    }

    /// How far a longer step is; on a terminal it stays in one line.
    pub(super) fn progress(&self, what: &str, done: usize, all: usize) {
        if self.shared.colour {
            let end = if done == all { "\n" } else { "" };
            write(&format!(
                "\r{} {what}: {done} of {all}{end}",
                self.paint("36", "▸")
            ));
        } else if done == all {
            line(&format!("▸ {what}: {done} of {all}"));
        }
    }

    /// Prints a reading of the present, and counts one of before: the week of history, or what waited for this start.
    pub(super) fn verified(&self, reading: &Verified<'_>) {
        let shared = &self.shared;
        if shared
            .live_since
            .get()
            .is_none_or(|since| reading.arrived < *since)
        {
            shared.earlier.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.say_earlier();
        let tick = self.paint("32", "✓ verified");
        let Verified {
            clinic,
            kind,
            what,
            device,
            proof,
            late_ms,
            ..
        } = reading;
        line(&format!(
            "{tick}  {clinic:<20} {kind:<17} {what:<34} {device:<14} {proof:<13} {late_ms:>5} ms"
        ));
        if (shared.printed.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(BANNER_EVERY) {
            self.banner();
        }
    }

    /// A delivery that was not.
    pub(super) fn refused(&self, clinic: &str, why: &str) {
        line(&format!("{}  {clinic:<20} {why}", self.paint("31", "✗ refused ")));
    }

    /// What the banner says from now on.
    pub(super) fn set_banner(&self, base: &str, world: &World) {
        let mut text = format!("\n  {}  {base}\n\n", self.paint("1", "Vitalwire's portal"));
        let mut login = |who: &str, email: &str| {
            let written = writeln!(text, "  {who:<34} {email:<28} {}", world.password);
            swallow(written, "a string takes everything");
        };
        login("administrator", ADMIN);
        login("finance", FINANCE);
        for distributor in &world.distributors {
            login(&format!("{}, distributor", distributor.name), &distributor.email);
            for person in &distributor.people {
                login(&format!("{}, {}", distributor.name, person.bundle), &person.email);
            }
        }
        for clinic in &world.clinics {
            login(&format!("{}, customer", clinic.name), &clinic.email);
            for person in &clinic.people {
                login(&format!("{}, {}", clinic.name, person.bundle), &person.email);
            }
        }
        if self.shared.banner.set(text).is_ok() {
            self.print_on_enter();
        }
    }

    /// Everything is up; what arrives from now on is of the present.
    pub(super) fn ready(&self, now: DateTime<Utc>) {
        self.shared.live_since.get_or_init(|| now);
        self.banner();
        line(
            "  The sample clinics' server prints each reading that it received and verified. Ctrl-C stops it all.",
        );
        if std::io::stdin().is_terminal() {
            line("  Enter prints the address and the logins again.");
        }
        line("");
    }

    fn banner(&self) {
        if let Some(text) = self.shared.banner.get() {
            line(text);
        }
    }

    fn say_earlier(&self) {
        let count = self.shared.earlier.load(Ordering::Relaxed);
        if self.shared.earlier_said.swap(count, Ordering::Relaxed) != count {
            let tick = self.paint("32", "✓ verified");
            line(&format!("{tick}  {count} readings of before this start"));
        }
    }

    /// A thread of its own, which ends with the process: reading from a terminal cannot be interrupted.
    fn print_on_enter(&self) {
        if !std::io::stdin().is_terminal() {
            return;
        }
        let screen = self.clone();
        let listen = move || {
            for _enter in std::io::stdin().lock().lines().map_while(Result::ok) {
                screen.banner();
            }
        };
        let thread = std::thread::Builder::new().name("enter".to_owned()).spawn(listen);
        swallow(thread, "the banner comes again by itself");
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.shared.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

fn line(text: &str) {
    write(&format!("{text}\n"));
}

fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    swallow(
        written,
        "a closed standard output ends nothing: the world goes on for its pages",
    );
}
