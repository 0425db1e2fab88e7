//! German frame text. Subjects stand before a colon or in quotation marks, so that no case ending can be wrong.

use super::{Needs, Phrasebook, Reasons, TitleTemplate, title};

pub const PHRASES: Phrasebook = Phrasebook {
    and: "und",
    numbers: [
        "keine", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    ],
    noun_titles: NOUN,
    doing_titles: NOUN,
    how_titles: HOW,
    pair_titles: PAIR,
    questions_heading: "Fragen und Antworten",
    closings: &["Zum Weiterlesen", "Mehr zum Thema", "Die Seiten hinter diesem Beitrag"],
    intros: &[
        "Dieser Beitrag fasst zusammen, was {client} zum Thema „{S}“ veröffentlicht hat, nachzulesen auf {pages} der Website. Die Abschnitte: {list}.",
        "Im Folgenden steht das Wichtigste an einem Ort: {list}. Jeder Teil stammt von der Website von {client} und verweist auf die Seite, der er entnommen ist.",
        "Punkt für Punkt geht es hier um: {list}. Die Worte sind durchweg die von {client}, die Verweise führen zu den vollständigen Seiten.",
        "Wer sich mit dem Thema „{S}“ beschäftigt, findet hier das Wesentliche der Reihe nach: {list}. Alles stammt von {pages} der Website von {client}.",
    ],
    intros_without_list: &[
        "Dieser Beitrag fasst zusammen, was {client} zum Thema „{S}“ veröffentlicht hat, nachzulesen auf {pages} der Website und überall mit einem Verweis auf die Quelle.",
        "Die Antworten stammen von {client}, zusammengestellt von {pages} der Website und jeweils mit einem Verweis versehen, damit sich jeder Punkt im Zusammenhang nachlesen lässt.",
    ],
    one_page: "einer Seite",
    several_pages: "{n} Seiten",
    more: &[
        "Mehr dazu: {link}.",
        "Die vollständige Seite: {link}.",
        "Ausführlich steht das unter {link}.",
        "Quelle dieses Teils: {link}.",
    ],
    further: &[
        "Diese Seiten von {client} liegen dem Beitrag zugrunde:",
        "Jeder Punkt lässt sich auf diesen Seiten von {client} vollständig nachlesen:",
    ],
    contact: "Offene Fragen beantwortet {client} direkt, zu erreichen über die {link}.",
    contact_word: "Kontaktseite",
    excerpt: "Was {client} zum Thema „{S}“ veröffentlicht hat, an einem Ort: {list}.",
    brief: &[
        "Ein Beitrag zum Thema „{S}“: {list}. Er richtet sich an {audience}. {reason} Die Fakten stehen auf {sources}, zusammen etwa {words} verwendbare Wörter.",
        "Behandelt „{S}“ für {audience}, von „{a}“ bis „{b}“. {reason} Das Material reicht dafür: etwa {words} Wörter auf {sources}.",
    ],
    brief_reasons: Reasons {
        prominent: "Die Website spricht auf {count} Seiten von „{S}“, hat dazu aber keinen eigenen Beitrag.",
        asked: "Er beantwortet eine Frage, auf die es bisher nur eine kurze Antwort gibt.",
        offer: "Er stützt eine Angebotsseite, zu der es bisher keinen Beitrag gibt.",
        pair: "Beide Themen stehen bisher auf getrennten Seiten; wer sich entscheiden will, braucht sie zusammen.",
        plain: "Bisher ist das Thema über die Website verteilt; in einem Beitrag wird es gefunden.",
    },
    audience: "Leserinnen und Leser, die sich mit dem Thema beschäftigen",
    guides: "Ratgeber",
    answers: "Fragen und Antworten",
};

const NOUN: &[TitleTemplate] = &[
    title("{S}: {a}, {b} und {c}", Needs::ThreeParts),
    title("{S}: worauf es ankommt", Needs::Offer),
    title("{S}: Schritt für Schritt", Needs::Steps),
    title("{S}: ein praktischer Leitfaden", Needs::Nothing),
    title("{S}: Fragen und Antworten", Needs::Questions),
    title("{S}: eine Checkliste", Needs::List),
    title("{S}: so geht {client} vor", Needs::Offer),
    title("{S} im Überblick", Needs::Nothing),
    title("{S}: was vorab wichtig ist", Needs::Nothing),
    title("{S}, genauer betrachtet", Needs::Nothing),
    title("{S}: der Leitfaden von {client}", Needs::Nothing),
    title("{S} in der Praxis", Needs::NoOffer),
];
const HOW: &[TitleTemplate] = &[title("{S}", Needs::Nothing), title("{S}: ein praktischer Leitfaden", Needs::Nothing)];
const PAIR: &[TitleTemplate] =
    &[title("{S} und {b} im Vergleich", Needs::Nothing), title("{S} oder {b}: was dahintersteckt", Needs::Nothing)];
