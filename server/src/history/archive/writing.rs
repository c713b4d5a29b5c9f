//! A customer's day becomes lines.

use data_encoding::BASE64;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::parts::Parts;
use super::store::{self, RawLine, ReadingLine};
use super::{Archive, ArchiveError, Content, Manifest, VERSION, folder, manifest_name};
use crate::ground::Purpose;
use crate::ground::ids::CustomerId;

/// Writes the parts and, last, the manifest. What an earlier try that was killed has left is replaced.
pub(super) async fn write(
    archive: &Archive,
    customer: CustomerId,
    day: chrono::NaiveDate,
) -> Result<Manifest, ArchiveError> {
    let folder = folder(customer, day);
    for left in archive.blobs.list(&folder).await? {
        archive.blobs.delete(&left).await?;
    }
    let mut reader = store::Reader::open(&archive.database).await?;
    let mut parts = Parts::new(archive, &folder, Content::Observations);
    {
        let mut readings = std::pin::pin!(reader.readings(customer, day));
        while let Some(line) = readings.try_next().await? {
            parts.line(&observation(&line)?).await?;
        }
    }
    let mut all = parts.finish().await?;
    let observations = all.iter().map(|part| part.lines).sum();

    let shared = reader.shared_messages(customer, day).await?;
    let mut parts = Parts::new(archive, &folder, Content::RawMessages);
    {
        let mut messages = std::pin::pin!(reader.messages(customer, day, &shared));
        while let Some(line) = messages.try_next().await? {
            parts.line(&message(archive, &line)?).await?;
        }
    }
    let messages = parts.finish().await?;
    reader.close().await;
    let raw_messages = messages.iter().map(|part| part.lines).sum();
    all.extend(messages);
    let manifest = Manifest {
        version: VERSION,
        customer,
        day,
        written_at: archive.ground.now(),
        observations,
        raw_messages,
        raw_messages_shared: u64::try_from(shared.len()).unwrap_or(u64::MAX),
        parts: all,
    };
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from)?;
    archive.blobs.put(&manifest_name(customer, day), bytes).await?;
    Ok(manifest)
}

/// The Observation, with when it arrived, and the message that it came in.
fn observation(line: &ReadingLine) -> Result<Value, ArchiveError> {
    let mut observation = line.observed().to_fhir()?;
    observation["issued"] = json!(line.received_at);
    observation["derivedFrom"] = json!([{
        "type": "DocumentReference",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", line.raw_id)},
    }]);
    Ok(observation)
}

fn message(archive: &Archive, line: &RawLine) -> Result<Value, ArchiveError> {
    let body = archive
        .ground
        .keys()
        .open(Purpose::RawMessage, line.id.as_bytes(), &line.body_sealed)
        .map_err(|_| ArchiveError::Damaged {
            name: format!("the raw message {}", line.id),
            why: "it does not open with this platform's key",
        })?;
    Ok(json!({
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
