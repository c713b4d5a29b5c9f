//! A batch: the bytes that go over the wire and which readings are in them.

use std::fmt;

use crate::ledger::{Entry, EntryId};

const HEAD: &[u8] = br#"{"readings":["#;
const TAIL: &[u8] = b"]}";

/// Frozen when it is made and sent again to the byte until its verdicts are there.
pub(super) struct Batch {
    ids: Vec<EntryId>,
    body: Vec<u8>,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} readings, {} bytes)", self.ids.len(), self.body.len())
    }
}

impl Batch {
    /// As many of the entries, from the first on, as fit into `most_bytes`, and one at least; none where there are none.
    pub(super) fn of(entries: &[Entry], most_bytes: usize) -> Option<Self> {
        let mut body = HEAD.to_vec();
        let mut ids = Vec::with_capacity(entries.len());
        for entry in entries {
            let json = entry.item.as_json().as_bytes();
            if !ids.is_empty() {
                if body.len() + 1 + json.len() + TAIL.len() > most_bytes {
                    break;
                }
                body.push(b',');
            }
            body.extend_from_slice(json);
            ids.push(entry.id);
        }
        body.extend_from_slice(TAIL);
        (!ids.is_empty()).then_some(Self { ids, body })
    }

    pub(super) fn ids(&self) -> &[EntryId] {
        &self.ids
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::item;

    fn entries(n: u64) -> Vec<Entry> {
        (0..n)
            .map(|id| Entry {
                id: EntryId(id),
                item: item(121),
            })
            .collect()
    }

    #[test]
    fn a_batch_is_json_in_the_order_of_the_ledger() {
        let batch = Batch::of(&entries(3), usize::MAX).unwrap();
        assert_eq!(batch.ids(), [0, 1, 2].map(EntryId));
        let json: serde_json::Value = serde_json::from_slice(batch.body()).unwrap();
        assert_eq!(json["readings"].as_array().unwrap().len(), 3);
        assert!(Batch::of(&[], usize::MAX).is_none());
    }

    #[test]
    fn a_batch_keeps_to_its_size_but_takes_one() {
        let two = Batch::of(&entries(2), usize::MAX).unwrap().body().len();
        for (most, ids) in [(0, 1), (two - 1, 1), (two, 2), (two + 1, 2)] {
            let batch = Batch::of(&entries(3), most).unwrap();
            assert_eq!(batch.ids().len(), ids, "{most} bytes");
        }
    }
}
