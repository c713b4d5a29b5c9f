//! What the first line of a first page says of cases, devices and hubs, and where each of it leads: the same on everybody's.

use crate::registry::overview::Counts;

/// A count, its words for one and for many, and where it leads.
pub(super) type Part = (u64, &'static str, &'static str, &'static str);

/// Cases that wait for who looks at the page.
pub(super) fn cases(waiting: i64) -> Part {
    let href = "/cases?state=ours";
    (
        waiting.unsigned_abs(),
        "case waits for you",
        "cases wait for you",
        href,
    )
}

/// Devices that are not heard.
pub(super) fn silent(counts: &Counts) -> Part {
    let href = "/devices?attention=silent";
    (
        counts.silent.unsigned_abs(),
        "device is silent",
        "devices are silent",
        href,
    )
}

/// Devices with little charge.
pub(super) fn low_battery(counts: &Counts) -> Part {
    let href = "/devices?attention=low_battery";
    (
        counts.low_battery.unsigned_abs(),
        "battery is low",
        "batteries are low",
        href,
    )
}

/// Devices that are hardly heard.
pub(super) fn weak_signal(counts: &Counts) -> Part {
    let href = "/devices?attention=weak_signal";
    (
        counts.weak_signal.unsigned_abs(),
        "signal is weak",
        "signals are weak",
        href,
    )
}

/// Hubs that do not say how they are.
pub(super) fn offline(counts: &Counts) -> Part {
    let href = "/hubs?state=offline";
    (
        counts.hubs_offline.unsigned_abs(),
        "hub is offline",
        "hubs are offline",
        href,
    )
}

/// Hubs whose key nobody has compared yet.
pub(super) fn to_confirm(counts: &Counts) -> Part {
    let count = counts.hubs_to_confirm.unsigned_abs();
    (
        count,
        "hub waits to be confirmed",
        "hubs wait to be confirmed",
        "/hubs?state=claimed",
    )
}
