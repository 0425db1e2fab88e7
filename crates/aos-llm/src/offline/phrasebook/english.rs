//! English frame text.

use super::{Needs, Phrasebook, Reasons, TitleTemplate, title};

pub const PHRASES: Phrasebook = Phrasebook {
    and: "and",
    numbers: ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    noun_titles: NOUN,
    doing_titles: DOING,
    how_titles: HOW,
    pair_titles: PAIR,
    questions_heading: "Questions and answers",
    closings: &["Further reading", "Where to read on", "The pages behind this article", "More on the subject"],
    intros: &[
        "This article brings together what {client} has published about {s}, drawn from {pages} of its website. It covers {list}.",
        "What follows puts {s} in one place: {list}. Each part comes from the {site} website and links to the page that it was taken from.",
        "The sections below take the subject point by point: {list}. The wording is that of {client} throughout, with links to the full pages.",
        "For anyone looking into {s}, here is the essential in one place: {list}. The links lead to the full pages on the {site} website.",
        "There is more than one side to {s}. The sections below go through {list}, as {client} describes them on {pages} of its website.",
        "Anyone who wants to read up on {s} will find it here in order: {list}. It is all taken from {pages} of the {site} website.",
    ],
    intros_without_list: &[
        "This article brings together what {client} has published about {s}, drawn from {pages} of its website, with a link to every page that was used.",
        "The answers below are those of {client}, gathered from {pages} of its website and linked throughout, so that each point can be read in its full context.",
        "What follows puts the subject in one place. Each part comes from the {site} website and links to the page that it was taken from.",
    ],
    one_page: "one page",
    several_pages: "{n} pages",
    more: &[
        "More on this: {link}.",
        "The full page is {link}.",
        "{link} has the details.",
        "This part is taken from {link}.",
    ],
    further: &[
        "The pages on the {site} website that this article draws on:",
        "Each point above can be read in full on these pages of the {site} website:",
        "To go deeper, start with these pages by {client}:",
    ],
    contact: "Questions that stay open can be put to {client} directly, through the {link}.",
    contact_word: "contact page",
    excerpt: "What {client} has published about {s}, in one place: {list}.",
    brief: &[
        "Covers {s}: {list}. Written for {audience}. {reason} The facts stand on {sources}, which carry about {words} usable words.",
        "Gives a full picture of {s}, from {a} to {b}, for {audience}. {reason} There is enough to draw on: about {words} words on {sources}.",
        "A post on {s} for {audience}. It goes through {list}. {reason} Its material is on {sources}, about {words} words.",
    ],
    brief_reasons: Reasons {
        prominent: "The site speaks of “{s}” on {count} of its pages, but has no article of its own about it.",
        asked: "It answers a question that visitors are expected to ask, and that so far has only a short answer on the site.",
        offer: "It supports a page on which the client sells something, and which stands without an article so far.",
        pair: "The two subjects stand on separate pages so far; a reader who has to choose between them needs both in one place.",
        plain: "So far the subject is spread over the site; in one article it can be found by people who search for it.",
    },
    audience: "people who search for the subject and visitors who want to read up on it",
    guides: "Guides",
    answers: "Questions and answers",
};

const NOUN: &[TitleTemplate] = &[
    title("{S}: {a}, {b} and {c}", Needs::ThreeParts),
    title("{S}: what to know before you decide", Needs::Offer),
    title("{S}, step by step", Needs::Steps),
    title("A practical guide to {s}", Needs::Nothing),
    title("{S}: answers to the questions that come up", Needs::Questions),
    title("{S}: a checklist", Needs::List),
    title("How {client} approaches {s}", Needs::Offer),
    title("{N} things to know about {s}", Needs::Nothing),
    title("A closer look at {s}", Needs::Nothing),
    title("What goes into {s}", Needs::Offer),
    title("Understanding {s}", Needs::NoOffer),
    title("{S} in practice", Needs::NoOffer),
    title("{S} at a glance", Needs::Nothing),
    title("Getting to know {s}", Needs::Nothing),
];
const DOING: &[TitleTemplate] = &[
    title("{S}: what to know first", Needs::Nothing),
    title("{S}: {a}, {b} and {c}", Needs::ThreeParts),
    title("A practical guide to {s}", Needs::Nothing),
    title("{S}, step by step", Needs::Steps),
    title("{N} things to know about {s}", Needs::Nothing),
    title("{S}: a checklist", Needs::List),
    title("{S}: where to begin", Needs::Nothing),
    title("{S}, explained", Needs::Nothing),
];
const HOW: &[TitleTemplate] = &[
    title("{S}", Needs::Nothing),
    title("{S}: a practical guide", Needs::Nothing),
    title("{S}, step by step", Needs::Steps),
    title("{S}: what to know first", Needs::Nothing),
];
const PAIR: &[TitleTemplate] =
    &[title("{S} and {b}, side by side", Needs::Nothing), title("{S} or {b}? What each one means", Needs::Nothing)];
