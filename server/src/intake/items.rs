//! A hub's batch or a vendor's list, taken apart into the bytes of its items, so that a broken one breaks no other.
//!
//! JSON marks where things begin and end with ASCII alone, and no byte of a longer UTF-8 sequence is ASCII. A batch can
//! therefore be taken apart even where a text in it is no UTF-8, or where an item is not JSON inside its own brackets.

use serde_json::value::RawValue;

/// The batch of an honest hub.
#[derive(serde::Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    readings: Vec<&'a RawValue>,
}

/// The bytes of each item of `{"readings":[…]}` in the order sent; none where it cannot be said where they begin and end.
pub(super) fn items(body: &[u8]) -> Option<Vec<&[u8]>> {
    match serde_json::from_slice::<Envelope<'_>>(body) {
        Ok(envelope) => Some(
            envelope
                .readings
                .iter()
                .map(|item| item.get().as_bytes())
                .collect(),
        ),
        Err(_) => Scan { body, at: 0 }.batch(),
    }
}

/// The bytes of each element of `[…]` in the order sent; none where it cannot be said where they begin and end, or where
/// there are more than `most`.
pub(super) fn elements(body: &[u8], most: usize) -> Option<Vec<&[u8]>> {
    let mut scan = Scan { body, at: 0 };
    let elements = scan.list(most)?;
    scan.space();
    (scan.at == body.len()).then_some(elements)
}

/// Looks at brackets, commas and quotation marks alone.
struct Scan<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn batch(mut self) -> Option<Vec<&'a [u8]>> {
        let mut found = None;
        self.expect(b'{')?;
        loop {
            let name = self.value()?;
            self.expect(b':')?;
            if name == br#""readings""# {
                if found.is_some() {
                    return None;
                }
                found = Some(self.list(usize::MAX)?);
            } else {
                self.value()?;
            }
            match self.mark()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        self.space();
        found.filter(|_| self.at == self.body.len())
    }

    fn list(&mut self, most: usize) -> Option<Vec<&'a [u8]>> {
        self.expect(b'[')?;
        self.space();
        if self.body.get(self.at) == Some(&b']') {
            self.at += 1;
            return Some(Vec::new());
        }
        let mut items = Vec::new();
        loop {
            if items.len() == most {
                return None;
            }
            items.push(self.value()?);
            match self.mark()? {
                b',' => {}
                b']' => return Some(items),
                _ => return None,
            }
        }
    }

    /// Everything up to the comma, colon or bracket that ends it; none where that is nothing at all, or where brackets do
    /// not match. However deep it is: that takes a byte a level, and must not cost the other items anything.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.space();
        let begin = self.at;
        let mut open: Vec<u8> = Vec::new();
        loop {
            match *self.body.get(self.at)? {
                b'"' => self.text()?,
                b'{' => open.push(b'}'),
                b'[' => open.push(b']'),
                b',' | b':' | b'}' | b']' if open.is_empty() => break,
                end @ (b'}' | b']') if open.pop() != Some(end) => return None,
                _ => {}
            }
            self.at += 1;
        }
        let value = self.body.get(begin..self.at)?.trim_ascii_end();
        (!value.is_empty()).then_some(value)
    }

    /// From an opening quotation mark to the one that closes it.
    fn text(&mut self) -> Option<()> {
        loop {
            self.at += 1;
            match *self.body.get(self.at)? {
                b'"' => return Some(()),
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }

    fn mark(&mut self) -> Option<u8> {
        self.space();
        let mark = *self.body.get(self.at)?;
        self.at += 1;
        Some(mark)
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        self.mark().filter(|mark| *mark == wanted).map(drop)
    }

    fn space(&mut self) {
        while self.body.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(br#"{"readings":[{"a":1},{"b":"}],["}]}"#, &[&br#"{"a":1}"#[..], br#"{"b":"}],["}"#])]
    #[case(b"{\"readings\":[{\"a\":\"\xff\"},{\"b\":2}]}", &[&b"{\"a\":\"\xff\"}"[..], br#"{"b":2}"#])]
    #[case(b"{\"note\":\"\xe2\x28\",\"readings\": [ 1 , {} ] , \"x\":[]}\n", &[&b"1"[..], b"{}"])]
    #[case(br#"{"readings":[{"a":},{"b":2}]}"#, &[&br#"{"a":}"#[..], br#"{"b":2}"#])]
    #[case(br#"{"readings":[{"a":"\"\\"},{"b":}]}"#, &[&br#"{"a":"\"\\"}"#[..], br#"{"b":}"#])]
    #[case(b"{\"readings\":[{\"a\":\"\x01\"},{\"b\":2}]}", &[&b"{\"a\":\"\x01\"}"[..], br#"{"b":2}"#])]
    #[case(b"{\"n\":\"\xff\",\"readings\":[]}", &[])]
    fn an_item_that_is_broken_breaks_no_other(#[case] body: &[u8], #[case] expected: &[&[u8]]) {
        assert_eq!(items(body).unwrap(), expected);
    }

    #[test]
    fn a_deep_item_breaks_no_other() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let body = format!(r#"{{"readings":[{{"a":1}},{deep},{{"a":}}]}}"#);
        let found = items(body.as_bytes()).unwrap();
        assert_eq!(found, [&br#"{"a":1}"#[..], deep.as_bytes(), br#"{"a":}"#]);
    }

    #[rstest]
    #[case(b" [ {\"a\":\"]\"} , {\"b\":} ]\n", Some(&[&br#"{"a":"]"}"#[..], br#"{"b":}"#][..]))]
    #[case(b"[]", Some(&[][..]))]
    #[case(b"[1,2,3]", None)]
    #[case(b"[1,]", None)]
    #[case(b"[1] 2", None)]
    #[case(b"[1", None)]
    #[case(b"{}", None)]
    fn a_list_is_taken_apart_up_to_a_length(#[case] body: &[u8], #[case] expected: Option<&[&[u8]]>) {
        assert_eq!(elements(body, 2).as_deref(), expected);
    }

    #[rstest]
    #[case(b"")]
    #[case(b"\xff\xfe")]
    #[case(br#"[{"a":1}]"#)]
    #[case(br#"{"readings":{"a":1}}"#)]
    #[case(br#"{"readings":[{"a":1},{"b":2}"#)]
    #[case(br#"{"readings":[{"a":1},,{"b":2}]}"#)]
    #[case(br#"{"readings":[{"a":[1}]},{"b":2}]}"#)]
    #[case(br#"{"readings":[{"a":"1},{"b":2}]}"#)]
    #[case(b"{\"readings\":[1],\"n\":\"\xff\",\"readings\":[2]}")]
    #[case(b"{\"readings\":[1]} {\"readings\":[\"\xff\"]}")]
    #[case(b"{\"n\":\"\xff\"}")]
    #[case(&[b'['; 1_000])]
    fn where_items_begin_and_end_is_not_guessed(#[case] body: &[u8]) {
        assert_eq!(items(body), None);
    }
}
