//! Splitting text into sentences, and telling the ones that can stand in an article from the ones that can't.

use super::{
    language::Language,
    markdown::{LINK_END, LINK_START},
};

/// Words that end with a full stop without ending a sentence, in lower case and without that stop.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "inc", "ltd", "co", "corp", "no", "nos", "vol",
    "fig", "ca", "approx", "e.g", "i.e", "eg", "ie", "cf", "al", "a.m", "p.m", "u.s", "u.k", "dept", "est", "min",
    "max", "tel", "ext", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "z.b",
    "z. b", "d.h", "d. h", "u.a", "u. a", "o.ä", "o. ä", "s.o", "bzw", "usw", "ggf", "evtl", "inkl", "zzgl", "bspw",
    "nr", "str", "abs", "hr", "fr", "dipl", "ing", "mind", "sog", "vgl", "ehem", "allg", "bspw", "jh", "st", "mio",
    "mrd", "tsd", "z", "d", "u", "o",
];

/// The sentences of one paragraph, trimmed, in order. White space inside is single spaces.
pub fn split(paragraph: &str) -> Vec<String> {
    let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '`' => in_code = !in_code,
            '.' | '!' | '?' | '…' if !in_code => {
                let mut end = at + c.len_utf8();
                while let Some((next, closing)) = chars.peek().copied() {
                    if !matches!(
                        closing,
                        '.' | '!' | '?' | '…' | '"' | '”' | '“' | '’' | '\'' | ')' | '»' | '«' | LINK_END
                    ) {
                        break;
                    }
                    // An opening quote after a full stop and a space belongs to the next sentence.
                    end = next + closing.len_utf8();
                    chars.next();
                }
                let rest = &text[end..];
                if (rest.is_empty() || rest.starts_with(' ')) && ends_here(&text[start..at], c, rest.trim_start()) {
                    push(&mut sentences, &text[start..end]);
                    start = end;
                }
            }
            _ => {}
        }
    }
    push(&mut sentences, &text[start..]);
    sentences
}

fn push(sentences: &mut Vec<String>, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        sentences.push(text.to_owned());
    }
}

/// Whether the mark after `before` ends a sentence, seen what comes `after`.
fn ends_here(before: &str, mark: char, after: &str) -> bool {
    let Some(next) =
        after.chars().find(|c| !matches!(*c, '"' | '“' | '„' | '»' | '«' | '\'' | '‘' | '(' | '`' | '*' | LINK_START))
    else {
        return true;
    };
    if next.is_lowercase() {
        return false;
    }
    if mark != '.' {
        return true;
    }
    let last = before.rsplit(' ').next().unwrap_or(before).trim_start_matches(['(', '"', '“', '„', '*', '`']);
    let lower = last.to_lowercase();
    if ABBREVIATIONS.contains(&lower.as_str()) {
        // “… and so on, etc. The next” does end; a number or a name after “No.” or “Dr.” does not.
        return matches!(lower.as_str(), "etc" | "usw" | "inc" | "ltd" | "co" | "a.m" | "p.m") && next.is_uppercase();
    }
    // “J. Smith”, “3. Mai”, “am 12. März”: initials and ordinals.
    let single_letter = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let short_number = !last.is_empty() && last.len() <= 2 && last.chars().all(|c| c.is_ascii_digit());
    !(single_letter || short_number)
}

/// Words as a reader counts them.
pub fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// Whether a sentence can be printed in an article at all: whole, of a readable length, made of words.
pub fn is_printable(sentence: &str, language: &Language) -> bool {
    let words = word_count(sentence);
    if !(4..=48).contains(&words) {
        return false;
    }
    let ends_well =
        sentence.trim_end_matches(['"', '”', '“', '’', '\'', ')', '»', '«', '*']).ends_with(['.', '!', '?']);
    if !ends_well || sentence.ends_with("...") || sentence.ends_with('…') {
        return false;
    }
    is_clean(sentence)
        && starts_well(sentence)
        && !language.points_at_page(sentence)
        && !language.is_call_to_action(sentence)
        && !language.is_told_by_one_person(sentence)
}

/// Whether an item of a list can be printed: as for sentences, but a phrase will do.
pub fn is_printable_item(item: &str, language: &Language) -> bool {
    (2..=60).contains(&word_count(item))
        && is_clean(item)
        && !language.points_at_page(item)
        && !language.is_call_to_action(item)
        && !language.is_told_by_one_person(item)
        && !item.ends_with("...")
        && !item.ends_with('…')
}

/// Words, not addresses, markup, figures in columns or shouting.
fn is_clean(text: &str) -> bool {
    let lower = text.to_lowercase();
    if ["http:", "https:", "www.", "©", "{", "}", "|", "�", "\\", "==", "=>", "->", "↩", "→", "←", "»"]
        .iter()
        .any(|mark| lower.contains(mark))
        || (text.contains('@') && text.contains('.') && text.split(' ').any(|w| w.contains('@') && w.contains('.')))
    {
        return false;
    }
    if text.matches('`').count() % 2 == 1
        || unbalanced(text, '(', ')')
        || unbalanced(text, '“', '”') && !text.contains('„')
    {
        return false;
    }
    let visible = text.chars().filter(|c| !c.is_whitespace()).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    // Seven digits in a row of a sentence are a phone or an account number, which belongs on the contact page.
    letters * 10 >= visible * 7 && capitals * 3 <= letters.max(3) && digits <= 12 && !has_phone_number(text)
}

fn has_phone_number(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars() {
        if c.is_ascii_digit() {
            run += 1;
            if run >= 7 {
                return true;
            }
        } else if !matches!(c, ' ' | '-' | '/' | '(' | ')' | '+') {
            run = 0;
        }
    }
    false
}

fn unbalanced(text: &str, open: char, close: char) -> bool {
    text.matches(open).count() != text.matches(close).count()
}

fn starts_well(sentence: &str) -> bool {
    let first = sentence.chars().find(|c| !matches!(c, '"' | '“' | '„' | '\'' | '‘' | '(' | '»' | '«'));
    first.is_some_and(|c| c.is_uppercase() || c.is_numeric() || c == '`' || (c.is_alphabetic() && !c.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_initials_and_decimals_do_not_end_a_sentence() {
        assert_eq!(
            split("Dr. Weber trues wheels to 0.2 mm. That is e.g. better than the norm, i.e. 0.5 mm! Is it? Yes."),
            ["Dr. Weber trues wheels to 0.2 mm.", "That is e.g. better than the norm, i.e. 0.5 mm!", "Is it?", "Yes."]
        );
        assert_eq!(split("J. Smith came at 5 p.m. on Monday."), ["J. Smith came at 5 p.m. on Monday."]);
    }

    #[test]
    fn german_ordinals_and_abbreviations_stay_inside() {
        assert_eq!(
            split("Am 3. Mai öffnen wir, z. B. für Schulen. Die Werkstatt hat ca. 200 m²."),
            ["Am 3. Mai öffnen wir, z. B. für Schulen.", "Die Werkstatt hat ca. 200 m²."]
        );
    }

    #[test]
    fn quotes_and_brackets_stay_with_their_sentence() {
        assert_eq!(
            split("He said “ride.” Then he left (late.) Done."),
            ["He said “ride.”", "Then he left (late.)", "Done."]
        );
        assert_eq!(split("Call `foo. Bar` first. Then go."), ["Call `foo. Bar` first.", "Then go."]);
    }

    #[test]
    fn fragments_addresses_and_shouting_are_not_printed() {
        let english = Language::English;
        for text in [
            "Read more",
            "Our shop and its opening",
            "Write to info@example.com for an appointment today.",
            "BUY ONE AND GET ONE FREE TODAY ONLY.",
            "Call 030 1234567 to book the next free slot.",
            "Contact us to learn about our prices and terms.",
            "A teaser that somebody has cut off in the middle of...",
        ] {
            assert!(!is_printable(text, &english), "{text}");
        }
        assert!(is_printable("A wheel is built from 32 spokes, a rim and a hub.", &english));
    }
}
