//! Numbers, times and flags in the words of the pages.

use chrono::{DateTime, TimeDelta, Utc};

/// A whole number with thousands separated: `31,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A measured number without its fraction, thousands separated: `2,263`. One below nought is nought.
pub fn whole(number: f64) -> String {
    format!("{:.0}", number.max(0.0))
        .parse()
        .map_or_else(|_| "–".to_owned(), grouped)
}

/// A number and its noun: `1 device is silent`, `2 devices are silent`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), noun(number, one, many))
}

/// The noun alone, where the number stands somewhere else.
pub const fn noun<'a>(number: u64, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}

/// A span of time in one unit: `12 s`, `4 min`, `3 h`, `2 days`.
pub fn span(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How long ago: `just now`, `2 min ago`, `3 h ago`, `2 days ago`. A time still to come is `just now`.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let passed = now - at;
    if passed < TimeDelta::seconds(10) {
        "just now".to_owned()
    } else {
        format!("{} ago", span(passed))
    }
}

/// A duration in milliseconds, as short as it reads: `43 ms`, `1.2 s`, `8 min`.
pub fn milliseconds(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..7_200_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}

/// A size in bytes, as short as it reads: `214 B`, `1.2 kB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// One or two letters for a name: `Northside Clinic` → `NC`.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// A quality flag (`vitals::Quality`'s names) in words.
pub fn flag(name: &str) -> &str {
    match name {
        "movement" => "moved during the measurement",
        "cuff_loose" => "cuff was loose",
        "irregular" => "irregular heartbeat",
        "position" => "wrong position",
        "unconfirmed" => "not confirmed",
        "clock_suspect" => "device clock is wrong",
        "test" => "test",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_read_well() {
        assert_eq!(
            [0, 999, 1_000, 31_204, 1_234_567].map(grouped),
            ["0", "999", "1,000", "31,204", "1,234,567"]
        );
        assert_eq!(
            counted(1, "device is silent", "devices are silent"),
            "1 device is silent"
        );
        assert_eq!([2_263.4, -1.0, f64::INFINITY].map(whole), ["2,263", "0", "–"]);
        assert_eq!(milliseconds(43), "43 ms");
        assert_eq!(milliseconds(1_250), "1.2 s");
        assert_eq!(milliseconds(480_000), "8 min");
        assert_eq!([214, 1_250, 2_000_000].map(size), ["214 B", "1.2 kB", "2.0 MB"]);
        assert_eq!(initials("Northside Clinic"), "NC");
        assert_eq!(initials("Dr. Rosa van Keller"), "DK");
        assert_eq!(initials("platform"), "P");
    }

    #[test]
    fn spans_use_one_unit() {
        let of = |seconds| span(TimeDelta::seconds(seconds));
        assert_eq!(
            [-5, 59, 60, 3_599, 3_600, 172_799, 172_800].map(of),
            ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 days"]
        );
    }
}
