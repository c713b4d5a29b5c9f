//! A sheet of labels, with squares that only look like QR codes.

use std::fmt::Write as _;

use vitals::Kind;

use super::{crumbs, platform_frame};
use crate::components::{Label, Svg};
use crate::pages::registry::labels::LabelsPage;
use crate::samples::model;
use crate::{Filter, Pager};

/// A square that looks like a QR code and holds nothing.
pub(super) fn qr(seed: &str) -> Svg {
    let mut state = seed.bytes().fold(0x9e37_79b9_u32, |state, byte| {
        state.rotate_left(5) ^ u32::from(byte).wrapping_mul(0x85eb_ca6b)
    });
    let mut path = String::new();
    let in_finder = |x: u8, y: u8| {
        if y < 8 {
            !(8..=16).contains(&x)
        } else {
            x < 8 && y > 16
        }
    };
    for y in 0..25_u8 {
        for x in 0..25_u8 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if !in_finder(x, y) && state >> 31 == 1 {
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
    }
    for (x, y) in [(0, 0), (18, 0), (0, 18)] {
        let _ = write!(path, "M{x} {y}h7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z");
    }
    Svg(format!(
        "<svg viewBox=\"0 0 25 25\" shape-rendering=\"crispEdges\" fill-rule=\"evenodd\" aria-hidden=\"true\"><path d=\"{path}\"></path></svg>"
    ))
}

pub(super) fn some() -> Vec<Label> {
    Kind::ALL
        .iter()
        .map(|kind| {
            let (name, serial) = model(*kind);
            let (maker, name) = name.split_once(' ').unwrap_or(("", name));
            Label {
                qr: qr(serial),
                maker: maker.into(),
                model: name.into(),
                serial: serial.into(),
                code: format!("{}-4KX9", serial.trim_start_matches("D000")),
                kind: Some(*kind),
            }
        })
        .collect()
}

/// A sheet of eight labels.
pub fn labels() -> LabelsPage {
    let mut frame = platform_frame("Labels", "/admin/devices");
    frame.crumbs = crumbs(&[("Devices", "/admin/devices")]);
    LabelsPage {
        frame,
        lead: "8 labels, three in a line on paper. The code proves that somebody holds the device.".into(),
        nothing: String::new(),
        filter: Filter {
            action: "/labels".into(),
            q: String::new(),
            placeholder: "Serial or model".into(),
            selects: Vec::new(),
        },
        pager: Pager {
            next: Some("/labels?after=c".into()),
            ..Pager::default()
        },
        labels: some(),
    }
}
