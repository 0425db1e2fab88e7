//! For languages without frame text of their own: nothing but the client's words, names and punctuation.
//!
//! An article in French with English sentences in between could not be published; one without any frame can. What only
//! staff read (brief, audience) stays English.

use super::{Needs, Phrasebook, TitleTemplate, english, title};

pub const PHRASES: Phrasebook = Phrasebook {
    and: "",
    numbers: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
    noun_titles: TITLES,
    doing_titles: TITLES,
    how_titles: TITLES,
    pair_titles: &[title("{S} · {b}", Needs::Nothing)],
    questions_heading: "FAQ",
    closings: &["{client}"],
    intros: &[],
    intros_without_list: &[],
    more: &["→ {link}"],
    further: &[],
    contact: "→ {link}",
    contact_word: "{client}",
    excerpt: "{S}: {list}",
    guides: "{client}",
    answers: "FAQ",
    ..english::PHRASES
};

const TITLES: &[TitleTemplate] = &[
    title("{S}: {a}, {b}, {c}", Needs::ThreeParts),
    title("{S}", Needs::Nothing),
    title("{S}: {a}, {b}", Needs::TwoParts),
    title("{S} · {client}", Needs::Nothing),
];
