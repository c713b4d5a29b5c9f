//! A customer's day becomes lines.

use std::collections::BTreeSet;
use std::pin::pin;

use data_encoding::{BASE64, HEXLOWER};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use uuid::Uuid;
use vitals::fhir::EXTENSIONS;

use super::parts::Parts;
use super::store::{Place, RawLine, Reader, ReadingLine, Stored};
use super::{Archive, ArchiveError, Content, Manifest, Part, VERSION, folder};
use crate::ground::Purpose;
use crate::ground::ids::CustomerId;

/// Where FHIR says through which device an observation came (the core extension of R4).
const GATEWAY: &str = "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice";
/// Of the identifier by which a reading is recognised when it is sent again.
const CONTENT_HASH: &str = "https://vitalwire.example/fhir/content-hash";
/// Of so many messages one may not open.
const MOST_OPEN: usize = 10;
/// Rows that are asked for at once.
const AT_ONCE: usize = 500;

/// Rows that this version cannot say in the archive's own words: nothing of a day is left out for that.
#[derive(Debug, Default)]
struct Odd {
    readings: BTreeSet<Uuid>,
    /// Messages of which nothing opens; of those with their reading it is the reading's row that is archived.
    messages: Vec<Uuid>,
    with_readings: Vec<Uuid>,
}

impl Odd {
    /// So few messages may not open, beside so many that do.
    fn check(&self, opened: u64) -> Result<(), ArchiveError> {
        let unopened = self.messages.len() + self.with_readings.len();
        let all = unopened.saturating_add(usize::try_from(opened).unwrap_or(usize::MAX));
        if unopened.saturating_mul(MOST_OPEN) > all {
            return Err(ArchiveError::Unopened { unopened, all });
        }
        Ok(())
    }
}

/// Writes the parts and, last, the manifest, into a folder that no other try has.
pub(super) async fn write(
    archive: &Archive,
    reader: &mut Reader,
    customer: CustomerId,
    day: chrono::NaiveDate,
) -> Result<(Manifest, Place), ArchiveError> {
    let run: Uuid = archive.ground.id();
    let folder = format!("{}{run}/", folder(customer, day));
    let mut odd = Odd::default();
    let mut parts = Parts::new(archive, &folder, Content::Observations);
    {
        let mut readings = pin!(reader.readings(customer, day));
        while let Some(line) = readings.try_next().await? {
            match line.and_then(|line| observation(&line)) {
                Ok(document) => parts.line(&document).await?,
                Err(id) => {
                    odd.readings.insert(id);
                }
            }
        }
    }
    let mut all = parts.finish().await?;
    let observations = lines(&all);
    let mut parts = Parts::new(archive, &folder, Content::RawMessages);
    let mut shared = 0;
    {
        let mut messages = pin!(reader.messages(customer, day));
        while let Some(line) = messages.try_next().await? {
            match &line.body_sealed {
                None => shared += 1,
                Some(sealed) => match message(archive, &line, sealed) {
                    Some(document) => parts.line(&document).await?,
                    None if line.is_with_reading => odd.with_readings.push(line.id),
                    None => odd.messages.push(line.id),
                },
            }
        }
    }
    let messages = parts.finish().await?;
    let raw_messages = lines(&messages);
    odd.check(raw_messages)?;
    odd.readings.extend(&odd.with_readings);
    all.extend(messages);
    let stored = as_stored(archive, reader, &folder, (&odd, day)).await?;
    let as_stored = lines(&stored);
    metrics::counter!("vitalwire_archived_as_stored_total").increment(as_stored);
    if as_stored > 0 {
        tracing::error!(%customer, %day, rows = as_stored, "rows went into the archive as they are stored: they cannot be read");
    }
    all.extend(stored);
    let manifest = Manifest {
        version: VERSION,
        customer,
        day,
        written_at: archive.ground.now(),
        observations,
        raw_messages,
        raw_messages_shared: shared,
        as_stored,
        parts: all,
    };
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from)?;
    let place = Place {
        name: format!("{folder}manifest.json"),
        hash: manifest.hash()?,
    };
    archive.blobs.put(&place.name, bytes).await?;
    Ok((manifest, place))
}

fn lines(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.lines).sum()
}

/// The Observation, with when it arrived, how it came and what proves it, and the message that it came in; the reading's id
/// where it cannot be written.
fn observation(line: &ReadingLine) -> Result<Value, Uuid> {
    let mut observation = line.observed().to_fhir().map_err(|_| line.id)?;
    observation["issued"] = json!(line.received_at);
    observation["identifier"] = json!([{
        "system": CONTENT_HASH,
        "value": HEXLOWER.encode(&line.content_hash),
    }]);
    observation["derivedFrom"] = json!([{
        "type": "DocumentReference",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", line.raw_id)},
    }]);
    let mut came = vec![json!({"url": format!("{EXTENSIONS}proof"), "valueCode": line.proof})];
    if let Some(hub) = line.hub_id {
        came.push(json!({"url": GATEWAY, "valueReference": {"reference": format!("Device/{hub}")}}));
    }
    if let Some(said) = observation["extension"].as_array_mut() {
        said.append(&mut came);
    } else {
        observation["extension"] = Value::Array(came);
    }
    Ok(observation)
}

/// The message; none where it does not open with this platform's key.
fn message(archive: &Archive, line: &RawLine, sealed: &[u8]) -> Option<Value> {
    let keys = archive.ground.keys();
    let body = keys.open(Purpose::RawMessage, line.id.as_bytes(), sealed).ok()?;
    Some(json!({
        "id": line.id,
        "received_at": line.received_at,
        "device_id": line.device_id,
        "hub_id": line.hub_id,
        "source_id": line.source_id,
        "encoding": line.encoding,
        "jwt": line.jwt,
        "body": BASE64.encode(&body),
    }))
}

async fn as_stored(
    archive: &Archive,
    reader: &mut Reader,
    folder: &str,
    (odd, day): (&Odd, chrono::NaiveDate),
) -> Result<Vec<Part>, ArchiveError> {
    let mut parts = Parts::new(archive, folder, Content::AsStored);
    let readings: Vec<Uuid> = odd.readings.iter().copied().collect();
    for (table, ids) in [(Stored::Reading, &readings), (Stored::RawMessage, &odd.messages)] {
        for ids in ids.chunks(AT_ONCE) {
            for row in reader.as_stored(table, ids, day).await? {
                parts.line(&json!({"table": table.table(), "row": row})).await?;
            }
        }
    }
    parts.finish().await
}
