//! What the pages load: embedded at build time, served under names that carry the hash of their content, so that a
//! browser may keep them for ever and still never shows a new page with an old stylesheet.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/dist"]
struct Dist;

/// One embedded file.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The file.
    pub bytes: Cow<'static, [u8]>,
    /// The same, compressed ahead of time, where that pays: for `Accept-Encoding: gzip`.
    pub gzip: Option<Cow<'static, [u8]>>,
    /// Its media type with the charset.
    pub mime: &'static str,
    /// A strong entity tag with its quotes; append nothing to it.
    pub etag: String,
}

struct Index {
    /// Plain name → URL.
    urls: HashMap<String, String>,
    /// Hashed file name → plain name.
    names: HashMap<String, String>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index {
        urls: HashMap::new(),
        names: HashMap::new(),
    };
    for name in Dist::iter().filter(|name| !name.starts_with('.') && !name.ends_with(".gz")) {
        let Some(file) = Dist::get(&name) else { continue };
        let hash = hex(&file, 4);
        let hashed = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
            None => format!("{name}.{hash}"),
        };
        index.urls.insert(name.to_string(), format!("/assets/{hashed}"));
        index.names.insert(hashed, name.into_owned());
    }
    index
});

/// The asset of a hashed name, with or without `/assets/` before it. A plain name or an outdated hash is `None`, so that
/// whatever is found may be cached for ever (`Cache-Control: public, max-age=31536000, immutable`).
pub fn get(path: &str) -> Option<Asset> {
    let hashed = path.strip_prefix("/assets/").unwrap_or(path);
    let name = INDEX.names.get(hashed)?;
    let file = Dist::get(name)?;
    Some(Asset {
        gzip: Dist::get(&format!("{name}.gz")).map(|file| file.data),
        mime: mime(name),
        etag: format!("\"{}\"", hex(&file, 16)),
        bytes: file.data,
    })
}

/// The URL of an asset by its plain name: `url("vitalwire.css")` gives `/assets/vitalwire.<hash>.css`. A name that does not
/// exist gives a URL that [`get`] does not know.
pub fn url(name: &str) -> String {
    match INDEX.urls.get(name) {
        Some(url) => url.clone(),
        None => format!("/assets/{name}"),
    }
}

/// The URL of every asset, in no particular order.
pub fn urls() -> impl Iterator<Item = &'static str> {
    INDEX.urls.values().map(String::as_str)
}

fn hex(file: &EmbeddedFile, bytes: usize) -> String {
    let hash = file.metadata.sha256_hash();
    hash.iter().take(bytes).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_bytes_and_an_old_hash_to_nothing() {
        let url = url("vitalwire.css");
        let asset = get(&url).unwrap();
        assert_eq!(asset.mime, "text/css; charset=utf-8");
        assert!(asset.gzip.unwrap().len() < asset.bytes.len());
        assert!(get("/assets/vitalwire.00000000.css").is_none());
        assert!(get("/assets/vitalwire.css").is_none());
        assert!(get(&super::url("nothing.js")).is_none());
    }

    #[test]
    fn what_assets_refer_to_is_embedded_too() {
        for url in urls() {
            let asset = get(url).unwrap();
            let Ok(text) = std::str::from_utf8(&asset.bytes) else {
                continue;
            };
            let modules = text
                .split("from './")
                .skip(1)
                .filter_map(|rest| rest.split('\'').next());
            let fonts = text
                .split("url(\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            for name in modules.chain(fonts).filter(|name| !name.starts_with("data:")) {
                assert!(get(name).is_some(), "{url} refers to {name}");
            }
        }
    }

    #[test]
    fn the_embedded_whole_stays_modest() {
        let bytes: usize = urls().filter_map(get).map(|asset| asset.bytes.len()).sum();
        assert!(bytes < 600_000, "{bytes} bytes of assets");
    }
}
