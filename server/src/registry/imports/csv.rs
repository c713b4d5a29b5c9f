//! Comma-separated values (RFC 4180), as spreadsheets write them: commas or semicolons, quoted fields that may hold line
//! breaks, a byte order mark, either end of line. And written so that a spreadsheet runs nothing of it.

/// No record of devices is longer, nor has so many fields: what is, has a quote too many. Without these bounds a file of
/// nothing but such records would be read from each of its lines to its end.
const LONGEST: usize = 8 * 1024;
const MOST_FIELDS: usize = 64;

/// A record and the number of the line on which it begins, as an editor counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::registry) struct Record {
    pub(in crate::registry) line: usize,
    /// None: a quote in it is never closed, or it is longer than any.
    pub(in crate::registry) fields: Option<Vec<String>>,
}

/// Reads records one by one; blank ones are left out. The separator is what the first line has more of.
#[derive(Debug)]
pub(in crate::registry) struct Reader<'a> {
    rest: &'a str,
    line: usize,
    separator: char,
}

impl<'a> Reader<'a> {
    pub(in crate::registry) fn new(text: &'a str) -> Self {
        let rest = text.trim_start_matches('\u{feff}');
        let first = rest
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let count = |separator| first.chars().filter(|c| *c == separator).count();
        let separator = if count(';') > count(',') { ';' } else { ',' };
        Self {
            rest,
            line: 1,
            separator,
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let line = self.line;
            let (fields, used) = record(self.rest, self.separator);
            let (read, rest) = self.rest.split_at(used);
            self.line += read.matches('\n').count();
            self.rest = rest;
            let is_blank = fields
                .as_ref()
                .is_some_and(|fields| fields.iter().all(|field| field.trim().is_empty()));
            if !is_blank {
                return Some(Record { line, fields });
            }
        }
    }
}

/// The fields of the first record, and how many bytes it takes with its end of line. Where a quote is never closed, the
/// record is its first line alone, so that the lines after it are still looked at.
fn record(text: &str, separator: char) -> (Option<Vec<String>>, usize) {
    let (mut fields, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.char_indices().peekable();
    let first_line = || text.find('\n').map_or(text.len(), |end| end + 1);
    while let Some((at, character)) = characters.next() {
        if at > LONGEST || fields.len() > MOST_FIELDS {
            return (None, first_line());
        }
        match character {
            '"' if is_quoted && characters.next_if(|(_, next)| *next == '"').is_some() => field.push('"'),
            '"' if is_quoted => is_quoted = false,
            '"' if field.is_empty() => is_quoted = true,
            '\n' if !is_quoted => {
                if field.ends_with('\r') {
                    field.pop();
                }
                fields.push(field);
                return (Some(fields), at + 1);
            }
            other if other == separator && !is_quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    if is_quoted {
        return (None, first_line());
    }
    if field.ends_with('\r') {
        field.pop();
    }
    fields.push(field);
    (Some(fields), text.len())
}

/// Writes a record. A field that a spreadsheet would take for a formula begins with an apostrophe, which makes it text.
pub(crate) fn write<'a>(out: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let is_formula = field.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']);
        if is_formula || field.contains(['"', ',', ';', '\n', '\r']) {
            out.push('"');
            if is_formula {
                out.push('\'');
            }
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        Reader::new(text)
            .map(|record| {
                (
                    record.line,
                    record.fields.unwrap_or_else(|| vec!["unclosed".to_owned()]),
                )
            })
            .collect()
    }

    fn line(number: usize, fields: &[&str]) -> (usize, Vec<String>) {
        (number, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    /// Each of these lines opens a quote that the next one seems to close and open anew.
    #[test]
    fn a_file_of_quotes_is_not_read_again_from_every_line() {
        let text = "a\",\"\n".repeat(20_000);
        assert!(Reader::new(&text).count() <= 20_000);
        let (fields, used) = record(&text, ',');
        assert_eq!((fields, used), (None, 5));
        let wide = format!("{}\nnext", ",".repeat(1_000_000));
        assert_eq!(record(&wide, ',').0, None);
        assert_eq!(read(&wide).last(), Some(&line(2, &["next"])));
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        assert_eq!(
            read("\u{feff}maker;serial\r\nAcme;\"1;2\"\r\n\r\n \r\nAcme;\"a \"\"b\"\"\r\nc\"\r\nlast;one"),
            [
                line(1, &["maker", "serial"]),
                line(2, &["Acme", "1;2"]),
                line(5, &["Acme", "a \"b\"\r\nc"]),
                line(7, &["last", "one"]),
            ]
        );
        assert_eq!(read("a,b;c\n1,\n"), [line(1, &["a", "b;c"]), line(2, &["1", ""])]);
        assert_eq!(read("\n\r\n"), []);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        assert_eq!(
            read("a,b\n\"1,2\n3,4\n"),
            [line(1, &["a", "b"]), line(2, &["unclosed"]), line(3, &["3", "4"])]
        );
    }

    #[test]
    fn no_field_is_a_formula() {
        let mut out = String::new();
        write(
            &mut out,
            ["=1+1", "-5", "+1", "@x", "a,b", "say \"x\"", "plain", "\t=1"],
        );
        assert_eq!(
            out,
            "\"'=1+1\",\"'-5\",\"'+1\",\"'@x\",\"a,b\",\"say \"\"x\"\"\",plain,\"'\t=1\"\r\n"
        );
    }
}
