//! Characters that nobody sees.

/// Whether a character shows nothing itself and changes how what stands beside it is read: it turns the direction of the
/// text, has no width, breaks the line, or is blank without being a space. In a name it makes two that differ look the same,
/// or one look like something else.
pub fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_is_told_from_what_people_write() {
        for hidden in [
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{feff}',
            '\u{2028}',
            '\u{ad}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
        for letter in "Zoë Müller-O’Neill & Søn, Łódź №5 · 東京 – مستشفى שלום हृदय \u{a0}é".chars()
        {
            assert!(!is_hidden(letter), "{letter:?}");
        }
    }
}
