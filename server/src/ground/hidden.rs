//! Characters that nobody sees, and texts that look alike.

use unicode_normalization::UnicodeNormalization as _;

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

/// Whether a text holds a character that nobody sees, but for the joiners that some scripts are written with: where one of
/// these stands, the letters beside it look otherwise than without it, so that no two texts look alike (RFC 5892, appendix A).
pub fn hides(text: &str) -> bool {
    const NON_JOINER: char = '\u{200c}';
    const JOINER: char = '\u{200d}';
    let letters: Vec<char> = text.chars().collect();
    letters.iter().enumerate().any(|(at, letter)| match *letter {
        NON_JOINER => !(is_after_virama(&letters, at) || is_between_joined(&letters, at)),
        JOINER => !is_after_virama(&letters, at),
        letter => is_hidden(letter),
    })
}

/// A text as it is kept: what looks alike is alike. Composed where it can be (NFC), without blanks around it, and with one
/// plain blank wherever it has some, of whatever width.
pub fn folded(text: &str) -> String {
    let composed: String = text.nfc().collect();
    let words: Vec<&str> = composed.split_whitespace().collect();
    words.join(" ")
}

/// Behind the sign that takes a consonant's vowel away, with a letter of the same family of scripts to follow.
fn is_after_virama(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| letters.get(at));
    let is_virama = before.is_some_and(|sign| {
        matches!(
            sign,
            '\u{94d}'
                | '\u{9cd}'
                | '\u{a4d}'
                | '\u{acd}'
                | '\u{b4d}'
                | '\u{bcd}'
                | '\u{c4d}'
                | '\u{ccd}'
                | '\u{d3b}'
                | '\u{d3c}'
                | '\u{d4d}'
                | '\u{dca}'
        )
    });
    let is_indic = |letter: &char| matches!(letter, '\u{900}'..='\u{dff}');
    is_virama && letters.get(at + 1).is_some_and(is_indic)
}

/// Between two Arabic letters that would be joined without it.
fn is_between_joined(letters: &[char], at: usize) -> bool {
    // Vowel signs stand above and below, and change nothing of how letters join.
    let is_mark = |letter: &&char| {
        matches!(letter, '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}')
    };
    let before = letters[..at].iter().rev().find(|letter| !is_mark(letter));
    let after = letters[at + 1..].iter().find(|letter| !is_mark(letter));
    before.is_some_and(|letter| is_arabic(*letter) && !is_joined_behind_alone(*letter))
        && after.is_some_and(|letter| is_arabic(*letter))
}

/// A letter of the Arabic script that joins at all.
fn is_arabic(letter: char) -> bool {
    matches!(letter, '\u{620}' | '\u{622}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{66e}' | '\u{66f}'
        | '\u{671}'..='\u{673}' | '\u{675}'..='\u{6d3}' | '\u{6d5}' | '\u{6ee}' | '\u{6ef}' | '\u{6fa}'..='\u{6fc}'
        | '\u{6ff}' | '\u{750}'..='\u{77f}')
}

/// One that joins what stands before it, and never what follows.
fn is_joined_behind_alone(letter: char) -> bool {
    matches!(letter, '\u{622}'..='\u{625}' | '\u{627}' | '\u{629}' | '\u{62f}'..='\u{632}' | '\u{648}'
        | '\u{671}'..='\u{673}' | '\u{675}'..='\u{677}' | '\u{688}'..='\u{699}' | '\u{6c0}' | '\u{6c3}'..='\u{6cb}'
        | '\u{6cd}' | '\u{6cf}' | '\u{6d2}' | '\u{6d3}' | '\u{6d5}' | '\u{6ee}' | '\u{6ef}' | '\u{759}'..='\u{75b}'
        | '\u{76b}' | '\u{76c}' | '\u{771}' | '\u{773}' | '\u{774}' | '\u{778}' | '\u{779}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_joiner_stands_where_it_is_seen_and_nowhere_else() {
        // Persian with half a space, Devanagari and Sinhala with the joiner behind a virama.
        for name in [
            "نیم\u{200c}روز",
            "می\u{200c}روم",
            "मुक्\u{200d}ति",
            "ශ්\u{200d}රී",
            "क्\u{200c}ष",
            "بی\u{64e}\u{200c}تا",
        ] {
            assert!(!hides(name), "{name:?}");
        }
        for name in [
            "Har\u{200c}bor",
            "Har\u{200d}bor",
            "کار\u{200c}خانه",
            "نیم\u{200c}",
            "\u{200c}نیم",
            "نیم\u{200c}\u{200c}روز",
            "می\u{200d}روم",
            "نیم\u{200c} روز",
            "م\u{200c}a",
            "मु\u{200d}ति",
            "मुक्\u{200d}",
            "a\u{94d}\u{200d}b",
            "Riv\u{200b}er",
            "نیم\u{200f}روز",
        ] {
            assert!(hides(name), "{name:?}");
        }
        assert!(!hides("Zoë Müller-O’Neill · مستشفى שלום हृदय") && hides("a\u{202e}b"));
    }

    #[test]
    fn what_looks_alike_is_kept_alike() {
        for name in [
            "Zoë Clinic",
            "  Zoë  Clinic ",
            "Zoë\u{a0}Clinic",
            "Zoë\u{2009}\u{3000}Clinic",
            "Zoe\u{308} Clinic",
        ] {
            assert_eq!(folded(name), "Zoë Clinic", "{name:?}");
        }
        assert_eq!(folded("می\u{200c}روم"), "می\u{200c}روم");
        assert_eq!(folded(" \u{a0} "), "");
    }

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
