//! What the person in front of the demo sees.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use super::world::{ADMIN, World};

/// Standard output, with colour on a terminal. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Screen {
    colour: Arc<bool>,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            colour: Arc::new(std::io::stdout().is_terminal()),
        }
    }

    /// A step of the start or the stop.
    pub(super) fn step(&self, text: &str) {
        line(&format!("{} {text}", self.paint("36", "▸")));
    }

    /// How far a longer step is; on a terminal it stays in one line.
    pub(super) fn progress(&self, what: &str, done: usize, all: usize) {
        if *self.colour {
            let end = if done == all { "\n" } else { "" };
            write(&format!(
                "\r{} {what}: {done} of {all}{end}",
                self.paint("36", "▸")
            ));
        } else if done == all {
            line(&format!("▸ {what}: {done} of {all}"));
        }
    }

    /// A delivery that was believed.
    pub(super) fn verified(
        &self,
        clinic: &str,
        what: &str,
        kind: &str,
        device: &str,
        proof: &str,
        late_ms: i64,
    ) {
        let tick = self.paint("32", "✓ verified");
        line(&format!(
            "{tick}  {clinic:<20} {kind:<17} {what:<34} {device:<14} {proof:<13} {late_ms:>5} ms"
        ));
    }

    /// A delivery that was not.
    pub(super) fn refused(&self, clinic: &str, why: &str) {
        line(&format!("{}  {clinic:<20} {why}", self.paint("31", "✗ refused ")));
    }

    /// Everything is up.
    pub(super) fn ready(&self, base: &str, world: &World) {
        line(&format!(
            "\n  {}  {base}\n",
            self.paint("1", "Vitalwire's portal")
        ));
        let login = |who: &str, email: &str| line(&format!("  {who:<34} {email:<28} {}", world.password));
        login("administrator", ADMIN);
        for clinic in &world.clinics {
            login(&format!("{}, customer", clinic.name), &clinic.email);
        }
        line(
            "\n  The sample clinics' server prints each reading that it received and verified. Ctrl-C stops it all.\n",
        );
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if *self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

fn line(text: &str) {
    write(&format!("{text}\n"));
}

/// A closed standard output ends nothing: the world goes on for its pages.
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
