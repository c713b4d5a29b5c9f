//! Lines become parts: packed, sealed, and put away, each before the next is begun, so that a day of any size takes the
//! memory of one part.

use std::io::{self, Read as _, Write as _};

use zstd::stream::{Decoder, Encoder};

use super::{Archive, ArchiveError, Content, Part, sha256};
use crate::ground::{Ground, Purpose};

/// A part is put away once it has so many bytes of lines.
const PART: usize = 8 << 20;
/// More than this no part unpacks to: a part's bytes and one line more, which holds the largest message in base64.
const UNPACKED: u64 = 64 << 20;
/// zstd's own default.
const LEVEL: i32 = 3;

/// Writes one content of a customer's day.
pub(super) struct Parts<'a> {
    archive: &'a Archive,
    folder: &'a str,
    content: Content,
    lines: Vec<u8>,
    count: u64,
    done: Vec<Part>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(archive: &'a Archive, folder: &'a str, content: Content) -> Self {
        Self {
            archive,
            folder,
            content,
            lines: Vec::new(),
            count: 0,
            done: Vec::new(),
        }
    }

    /// One document more.
    pub(super) async fn line(&mut self, document: &serde_json::Value) -> Result<(), ArchiveError> {
        serde_json::to_writer(&mut self.lines, document).map_err(io::Error::from)?;
        self.lines.push(b'\n');
        self.count += 1;
        if self.lines.len() >= PART {
            self.put_away().await?;
        }
        Ok(())
    }

    /// What was put away, with the last part.
    pub(super) async fn finish(mut self) -> Result<Vec<Part>, ArchiveError> {
        if self.count > 0 {
            self.put_away().await?;
        }
        Ok(self.done)
    }

    async fn put_away(&mut self) -> Result<(), ArchiveError> {
        let number = self.done.len() + 1;
        let name = format!(
            "{}{}-{number:05}.ndjson.zst.sealed",
            self.folder,
            self.content.word()
        );
        let (ground, lines) = (self.archive.ground.clone(), std::mem::take(&mut self.lines));
        let (content, count) = (self.content, std::mem::take(&mut self.count));
        let made = move || -> io::Result<(Part, Vec<u8>)> {
            let sealed = ground
                .keys()
                .seal(Purpose::Archive, name.as_bytes(), &packed(&lines)?);
            let part = Part {
                name,
                content,
                lines: count,
                bytes: u64::try_from(sealed.len()).unwrap_or(u64::MAX),
                sha256: sha256(&sealed),
                lines_sha256: sha256(&lines),
            };
            Ok((part, sealed))
        };
        let (part, sealed) = tokio::task::spawn_blocking(made)
            .await
            .map_err(io::Error::from)??;
        self.archive.blobs.put(&part.name, sealed).await?;
        self.done.push(part);
        Ok(())
    }
}

fn packed(lines: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(Vec::new(), LEVEL)?;
    encoder.write_all(lines)?;
    encoder.finish()
}

/// The lines of a part, as long as they are those that were written; else what is wrong.
pub(super) fn opened(ground: &Ground, part: &Part, sealed: &[u8]) -> Result<Vec<u8>, &'static str> {
    if sha256(sealed) != part.sha256 {
        return Err("its bytes are not those that were put there");
    }
    let packed = ground
        .keys()
        .open(Purpose::Archive, part.name.as_bytes(), sealed)
        .map_err(|_| "it does not open with this platform's key")?;
    let lines = unpacked(&packed).map_err(|_| "it cannot be unpacked")?;
    let count = lines.split_inclusive(|byte| *byte == b'\n').count();
    if u64::try_from(count) != Ok(part.lines) || sha256(&lines) != part.lines_sha256 {
        return Err("its lines are not those that were written");
    }
    Ok(lines)
}

/// What was packed, as long as it is no more than a part can hold.
fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    let read = Decoder::with_buffer(packed)?
        .take(UNPACKED + 1)
        .read_to_end(&mut lines)?;
    if u64::try_from(read).is_ok_and(|read| read <= UNPACKED) {
        Ok(lines)
    } else {
        Err(io::Error::other("it is larger than any part"))
    }
}
