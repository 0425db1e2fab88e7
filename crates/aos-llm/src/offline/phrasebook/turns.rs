//! The frame sentences of everything but articles: posts, newsletters, mails to other sites, ad copy, and their plans.
//!
//! As in the phrasebook, none states a fact about the client's subject. Placeholders: `{client}`, `{page}` (a title),
//! `{h}` (a heading), `{quote}` (a sentence of the client), `{url}`, `{host}`, `{link}`, `{name}` (of another site).

use crate::offline::text::language::Language;

/// Briefs of one kind, taken by turns.
pub type Briefs = &'static [&'static str];

pub struct Turns {
    /// Briefs of posts.
    /// The first one is for questions.
    pub teach: Briefs,
    pub show: Briefs,
    pub offer: Briefs,
    /// Instead of a heading where a page is taken as a whole.
    pub whole: &'static str,
    pub show_audience: &'static str,
    pub offer_audience: &'static str,
    pub local_audience: &'static str,
    /// Last lines of posts: with the address, and where an address can't be followed.
    pub read_on: &'static [&'static str],
    pub read_on_host: &'static [&'static str],
    /// Beside the button that rings the client up.
    pub call: &'static [&'static str],
    /// Beside the button that leads to the page.
    pub button: &'static [&'static str],
    /// Briefs of newsletters; `{list}` are the headings.
    pub newsletter: Briefs,
    pub readers: &'static str,
    /// Last lines of a newsletter's parts.
    pub part_link: &'static [&'static str],
    pub contact_heading: &'static str,
    pub contact: &'static str,
    pub contact_word: &'static str,
    /// Instead of the contact page: the page that the newsletter opens with.
    pub go_on: &'static str,
    pub outreach: Outreach,
    /// Why a site may link; `{quote}` names it.
    pub angle: &'static [&'static str],
    /// Briefs of ad copy.
    pub ads: Briefs,
    pub ads_audience: &'static str,
    /// Lines of ad copy that any client may use.
    pub ad_headlines: &'static [&'static str],
    pub ad_lines: &'static [&'static str],
}

/// A mail to another site.
pub struct Outreach {
    pub subject: &'static str,
    pub hello_name: &'static str,
    pub hello: &'static str,
    /// The client's page names the site.
    pub named: &'static str,
    /// Nothing says why.
    pub unnamed: &'static str,
    pub about: &'static str,
    pub page: &'static str,
    pub ask: &'static str,
    pub regards: &'static str,
}

impl Turns {
    pub fn of(language: &Language) -> &'static Self {
        match language {
            Language::German => &GERMAN,
            Language::English => &ENGLISH,
            Language::Other(_) => &NEUTRAL,
        }
    }
}

const ENGLISH: Turns = Turns {
    teach: &[
        "Answers a question that comes up around “{page}”: {h} The answer stands in the client's own words: “{quote}”",
        "Passes on something useful from “{page}” and leads there: {h}. The client puts it like this: “{quote}”",
        "Explains one point and no more: {h}. It can be told with this sentence from “{page}”: “{quote}”",
        "Takes one thing that people get to know only late and tells it early: {h}. The page “{page}” has the words for it: “{quote}”",
    ],
    show: &[
        "Shows the client's work or people, from “{page}”: {h}. This is the moment to tell: “{quote}”",
        "Tells a short story from “{page}”: {h}. It starts from what the client wrote about it: “{quote}”",
    ],
    offer: &[
        "Presents an offer, “{page}”, without praise: {h}. The page says: “{quote}”",
        "Says plainly what people get with “{page}”: {h}. In the client's words: “{quote}”",
    ],
    whole: "the page in short",
    show_audience: "people who like to see finished work before they ask",
    offer_audience: "people who are about to decide",
    local_audience: "people nearby",
    read_on: &[
        "The whole story is on our website, under “{page}”: {url}",
        "More on our page “{page}”: {url}",
        "Read on under “{page}”: {url}",
    ],
    read_on_host: &["More under “{page}” on {host}", "The rest is on {host}, under “{page}”"],
    call: &["Any questions? Give us a call.", "Would you like to know more? Give us a call."],
    button: &["The full page is behind the button.", "Tap the button to read on."],
    newsletter: &[
        "Opens with “{page}” and goes on with {list}. It starts from this sentence: “{quote}” Each part links to the page that it comes from.",
        "A newsletter around “{page}”, in the client's own words: “{quote}” Its other parts are {list}, each with a link.",
    ],
    readers: "readers who have asked for news from the client",
    part_link: &["Read on: {link}", "The whole page: {link}", "More: {link}"],
    contact_heading: "A question of your own?",
    contact: "We are glad to hear from you: our {link} says how.",
    contact_word: "contact page",
    go_on: "Start with the page {link}.",
    outreach: Outreach {
        subject: "{client} and {name}: a page for your readers",
        hello_name: "Hello {name},",
        hello: "Hello,",
        named: "I am writing to you because our page “{page}” names {name} ({url}).",
        unnamed: "I am writing to ask you about a link from {name} to one of our pages.",
        about: "I write for {client}.",
        page: "The page that may be of use to your readers is “{page}”: {url}",
        ask: "Would you link to it where it fits on your website?",
        regards: "Kind regards,\n{client}",
    },
    angle: &[
        "The client's page “{page}” names {name}: “{quote}” That is the reason to write to them. Their readers would find “{to}” useful; ask for a link where they list people they work with.",
        "The page “{page}” speaks of {name}: “{quote}” Start the mail with that, and offer “{to}” as a page for their readers.",
    ],
    ads: &[
        "Leads people who search for “{h}” to “{page}”. The copy rests on what the page says: “{quote}”",
        "Presents “{page}” to people who have “{h}” in mind, with the page's own words: “{quote}”",
    ],
    ads_audience: "people who search for “{h}”",
    ad_headlines: &["Read more on our website", "Questions? Ask us", "See the details"],
    ad_lines: &[
        "The page has the details. Questions are welcome.",
        "Read the details on our website and decide in peace.",
    ],
};

const GERMAN: Turns = Turns {
    teach: &[
        "Beantwortet eine Frage rund um „{page}“: {h} Die Antwort steht in den Worten des Kunden: „{quote}“",
        "Gibt etwas Nützliches von der Seite „{page}“ weiter und führt dorthin: {h}. Der Kunde sagt es so: „{quote}“",
        "Erklärt einen Punkt und nicht mehr: {h}. Dafür genügt dieser Satz von der Seite „{page}“: „{quote}“",
    ],
    show: &[
        "Zeigt Arbeit oder Menschen des Kunden, nach der Seite „{page}“: {h}. Davon ist zu erzählen: „{quote}“",
        "Erzählt eine kurze Geschichte von der Seite „{page}“: {h}. Sie beginnt bei dem, was der Kunde schreibt: „{quote}“",
    ],
    offer: &[
        "Stellt das Angebot „{page}“ ohne Lob vor: {h}. Die Seite sagt: „{quote}“",
        "Sagt schlicht, was man bei „{page}“ bekommt: {h}. In den Worten des Kunden: „{quote}“",
    ],
    whole: "die Seite in Kürze",
    show_audience: "Menschen, die fertige Arbeit sehen möchten, bevor sie fragen",
    offer_audience: "Menschen, die vor einer Entscheidung stehen",
    local_audience: "Menschen in der Nähe",
    read_on: &[
        "Ausführlich auf unserer Website unter „{page}“: {url}",
        "Mehr auf unserer Seite „{page}“: {url}",
        "Weiterlesen unter „{page}“: {url}",
    ],
    read_on_host: &["Mehr unter „{page}“ auf {host}", "Der Rest steht auf {host} unter „{page}“"],
    call: &["Noch Fragen? Rufen Sie uns an.", "Möchten Sie mehr wissen? Rufen Sie uns an."],
    button: &["Die ganze Seite öffnet sich über die Schaltfläche.", "Über die Schaltfläche geht es weiter."],
    newsletter: &[
        "Beginnt mit „{page}“, dann folgen {list}. Am Anfang steht dieser Satz: „{quote}“ Jeder Teil verweist auf die Seite, von der er stammt.",
        "Ein Newsletter rund um „{page}“, in den Worten des Kunden: „{quote}“ Die weiteren Teile sind {list}, jeweils mit Verweis.",
    ],
    readers: "Leserinnen und Leser, die Neues vom Kunden erfahren möchten",
    part_link: &["Weiterlesen: {link}", "Die ganze Seite: {link}", "Mehr dazu: {link}"],
    contact_heading: "Eine eigene Frage?",
    contact: "Wir freuen uns, von Ihnen zu hören, alles Weitere steht auf unserer {link}.",
    contact_word: "Kontaktseite",
    go_on: "Weiter geht es auf der Seite {link}.",
    outreach: Outreach {
        subject: "{client} und {name}: eine Seite für Ihre Leserinnen und Leser",
        hello_name: "Guten Tag {name},",
        hello: "Guten Tag,",
        named: "ich schreibe Ihnen, weil unsere Seite „{page}“ {name} nennt ({url}).",
        unnamed: "ich schreibe Ihnen wegen eines Verweises von {name} auf eine unserer Seiten.",
        about: "Ich schreibe für {client}.",
        page: "Für Ihre Leserinnen und Leser nützlich ist vielleicht unsere Seite „{page}“: {url}",
        ask: "Würden Sie an passender Stelle auf Ihrer Website darauf verweisen?",
        regards: "Freundliche Grüße\n{client}",
    },
    angle: &[
        "Die Seite „{page}“ des Kunden nennt {name}: „{quote}“ Das ist der Anlass zu schreiben. Nützlich für deren Leser ist „{to}“; zu bitten ist um einen Verweis dort, wo sie nennen, mit wem sie arbeiten.",
        "Die Seite „{page}“ spricht von {name}: „{quote}“ Damit beginnt die Mail, und sie bietet „{to}“ als Seite für deren Leser an.",
    ],
    ads: &[
        "Führt Menschen, die nach „{h}“ suchen, auf „{page}“. Der Text stützt sich auf die Seite: „{quote}“",
        "Stellt „{page}“ denen vor, die an „{h}“ denken, mit den Worten der Seite: „{quote}“",
    ],
    ads_audience: "Menschen, die nach „{h}“ suchen",
    ad_headlines: &["Mehr auf unserer Website", "Fragen? Fragen Sie uns", "Alle Einzelheiten"],
    ad_lines: &[
        "Einzelheiten stehen auf der Seite. Fragen sind willkommen.",
        "Auf unserer Website in Ruhe nachlesen und entscheiden.",
    ],
};

/// Nothing but names, addresses and the client's words before readers; what only staff read is English.
const NEUTRAL: Turns = Turns {
    read_on: &["{page} → {url}"],
    read_on_host: &["{page} → {host}"],
    call: &[],
    button: &[],
    part_link: &["→ {link}"],
    contact_heading: "{client}",
    contact: "→ {link}",
    contact_word: "{client}",
    go_on: "→ {link}",
    ad_headlines: &[],
    ad_lines: &[],
    ..ENGLISH
};
