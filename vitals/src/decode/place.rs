//! Where in a JSON text a parser stopped, for what it cannot say itself.

use super::error::{Pointer, cut};

/// Where a value stands in what is around it.
enum Step {
    /// In an object, under this name; none before the name was read.
    Name(Option<String>),
    /// In a list, from 0.
    Place(usize),
}

/// The pointer to the value that ends at this line and column, both from 1. Everything before it has been read as JSON.
pub(super) fn pointer(json: &[u8], line: usize, column: usize) -> Pointer {
    let begin: usize = json
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let read = json.get(..begin.saturating_add(column)).unwrap_or(json);
    let (mut steps, mut at) = (Vec::new(), 0);
    while let Some(byte) = read.get(at) {
        match (byte, steps.last_mut()) {
            (b'{', _) => steps.push(Step::Name(None)),
            (b'[', _) => steps.push(Step::Place(0)),
            (b'}' | b']', _) => drop(steps.pop()),
            (b',', Some(Step::Place(place))) => *place += 1,
            (b',', Some(Step::Name(name))) => *name = None,
            (b'"', around) => {
                let length = text_length(read.get(at..).unwrap_or_default());
                let text = read.get(at..at + length).unwrap_or_default();
                if let Some(Step::Name(name @ None)) = around {
                    *name = serde_json::from_slice(text).ok();
                }
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    let mut pointer = String::new();
    for step in steps {
        pointer.push('/');
        match step {
            Step::Name(name) => {
                let name = cut(&name.unwrap_or_default());
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Step::Place(place) => pointer.push_str(&place.to_string()),
        }
    }
    Pointer::Owned(pointer)
}

/// The bytes of the text that begins here, with both its quotation marks.
fn text_length(json: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in json.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}
