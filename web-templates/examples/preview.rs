//! Writes every page with made-up content into a folder, with its assets and the charts' JSON, so that they can be looked at:
//! `cargo run -p web-templates --example preview -- /tmp/preview && python3 -m http.server -d /tmp/preview`.

use std::fs;
use std::path::{Path, PathBuf};

use vitals::Kind;
use web_templates::{Template, assets, live, samples};

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn main() -> Result {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "preview".to_owned()));
    for url in assets::urls() {
        if let Some(asset) = assets::get(url) {
            write(&folder, url, &asset.bytes)?;
        }
    }
    page(&folder, "login", &samples::login())?;
    page(&folder, "error", &samples::error())?;
    page(&folder, "devices", &samples::devices())?;
    let mut empty = samples::devices();
    empty.rows.clear();
    empty.attention.items.clear();
    page(&folder, "devices-empty", &empty)?;
    page(&folder, "endpoint", &samples::endpoint())?;
    page(&folder, "endpoint-first", &samples::endpoint_first())?;
    page(&folder, "endpoint-secret", &samples::endpoint_secret())?;
    page(&folder, "admin", &samples::admin())?;
    page(&folder, "admin/refusals", &samples::admin_refusals())?;
    let registry = samples::registry::pages().into_iter();
    for (path, html) in registry.chain(samples::people::pages()) {
        write(&folder, &format!("{path}/index.html"), html?.as_bytes())?;
    }
    for kind in Kind::ALL {
        device(&folder, *kind)?;
    }
    Ok(())
}

/// A device's page with what it asks the server for: live stream, traces.
fn device(folder: &Path, kind: Kind) -> Result {
    let series = samples::series(kind);
    let page_of = samples::device(kind);
    let path = format!("devices/{}", page_of.id);
    page(folder, &path, &page_of)?;
    let path = format!("{path}/{kind}");
    let point = samples::live_point(kind);
    let row = samples::row(&series, &point, 0);
    let event = live::reading("1", &row, &point, series.to)?;
    let events = format!("{}{event}", live::PREAMBLE);
    write(folder, &format!("{path}/live"), events.as_bytes())?;
    for row in &page_of.rows {
        page(folder, &format!("readings/{}/trace", row.id), &samples::trace())?;
    }
    Ok(())
}

fn page(folder: &Path, path: &str, page: &impl Template) -> Result {
    write(folder, &format!("{path}/index.html"), page.render()?.as_bytes())
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> Result {
    let file = folder.join(path.trim_start_matches('/'));
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(file, bytes)?)
}
