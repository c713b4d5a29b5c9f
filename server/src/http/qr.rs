//! QR codes as SVG: text that a page may put into itself, made of numbers alone.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The QR code of a text, about 200 pixels wide, with the quiet zone around it; none where the text is too long for one.
/// Level M: a scratched label is still read.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // Inside of a page there is no XML declaration.
    let start = image.find("<svg")?;
    Some(image[start..].to_owned())
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
}
