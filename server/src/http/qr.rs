//! QR codes as SVG: text that a page may put into itself, made of numbers alone.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, which a reader wants to see.
const QUIET: usize = 4;

/// The QR code of a text, 200 pixels wide where the page says nothing else, with the quiet zone around it; none where the text
/// is too long for one. Level M: a scratched label is still read.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width() + 2 * QUIET;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"200\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path d=\"M0 0h{side}v{side}H0z\" fill=\"#fff\"/><path d=\""
    );
    for (row, colors) in code.to_colors().chunks(code.width()).enumerate() {
        // Dark modules beside each other are one stroke: a sheet holds dozens of codes.
        let mut from = 0;
        for run in colors.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let (x, y, long) = (from + QUIET, row + QUIET, run.len());
                write!(svg, "M{x} {y}h{long}v1h-{long}z").ok()?;
            }
            from += run.len();
        }
    }
    svg.push_str("\" fill=\"#000\"/></svg>");
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_svg_element_that_holds_nothing_of_its_text() {
        let svg = qr_svg("https://v.example/devices/adopt?maker=<script>&serial=S&code=ABCDE-FGHJK").unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(!svg.contains("script") && !svg.contains("http://v."));
        assert!(qr_svg(&"x".repeat(5_000)).is_none());
    }

    #[test]
    fn every_dark_module_is_drawn_once_and_nothing_else() {
        let text = "https://v.example/hubs/01a201ec";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let svg = qr_svg(text).unwrap();
        let mut drawn = vec![Color::Light; code.width() * code.width()];
        for stroke in svg.rsplit("d=\"").next().unwrap().split('M').skip(1) {
            let number = |text: &str| text.parse::<usize>().unwrap();
            let (x, rest) = stroke.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let long = number(rest.split('v').next().unwrap());
            let first = (number(y) - QUIET) * code.width() + number(x) - QUIET;
            for module in &mut drawn[first..first + long] {
                assert_eq!(*module, Color::Light, "drawn twice");
                *module = Color::Dark;
            }
        }
        assert!(drawn == code.to_colors());
    }
}
