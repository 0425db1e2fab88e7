//! Tone as it can be measured: sentence length, who is addressed and how, formality. Stated as measurements.

use aos_capabilities::drafts::Statement;

use crate::offline::{
    corpus::Corpus,
    text::{language::Language, sentences::word_count, terms::words},
};

/// Nothing when there is too little text to measure.
pub fn measure(corpus: &Corpus) -> Vec<Statement> {
    let sentences: Vec<&str> = corpus
        .sections
        .iter()
        .flat_map(|section| section.texts())
        .filter(|text| text.ends_with(['.', '!', '?']))
        .collect();
    if sentences.len() < 8 {
        return Vec::new();
    }
    let total: usize = sentences.iter().map(|sentence| word_count(sentence)).sum();
    let average = total as f64 / sentences.len() as f64;
    let length = if average < 12.0 {
        "short"
    } else if average < 19.0 {
        "of middle length"
    } else {
        "long"
    };
    let mut lines =
        vec![format!("Sentences are {length}: {average:.1} words on average over {} sentences.", sentences.len())];
    lines.extend(address(corpus, &sentences));
    let exclaimed = sentences.iter().filter(|sentence| sentence.ends_with('!')).count();
    let asked = sentences.iter().filter(|sentence| sentence.ends_with('?')).count();
    lines.push(format!(
        "{} end with an exclamation mark, {} with a question mark.",
        of_all(exclaimed),
        of_all(asked).to_lowercase()
    ));
    lines.into_iter().map(|text| Statement { text, source: None }).collect()
}

fn of_all(count: usize) -> String {
    match count {
        0 => "None".to_owned(),
        1 => "One".to_owned(),
        count => count.to_string(),
    }
}

fn address(corpus: &Corpus, sentences: &[&str]) -> Vec<String> {
    let counted = |wanted: &[&str]| {
        sentences.iter().flat_map(|sentence| words(sentence)).filter(|word| wanted.contains(&word.as_str())).count()
    };
    match corpus.language {
        Language::English => {
            let you = counted(&["you", "your", "yours", "you're", "you'll"]);
            let we = counted(&["we", "our", "us", "we're", "we've", "we'll"]);
            let contracted = sentences
                .iter()
                .filter(|sentence| {
                    words(sentence).any(|word| {
                        let word = word.replace('’', "'");
                        ["n't", "'re", "'ve", "'ll", "'m"].iter().any(|end| word.ends_with(end)) || word == "it's"
                    })
                })
                .count();
            let formality = if contracted * 5 >= sentences.len() {
                "conversational"
            } else if contracted * 20 >= sentences.len() {
                "relaxed in places"
            } else {
                "rather formal"
            };
            vec![
                person("“you”", you, "“we”", we),
                format!("Contractions stand in {contracted} of {} sentences: {formality}.", sentences.len()),
            ]
        }
        Language::German => {
            // “Sie” at the start of a sentence may be “they”; inside one and capitalised it is the formal address.
            let formal = sentences
                .iter()
                .flat_map(|sentence| sentence.split_whitespace().skip(1))
                .filter(|word| {
                    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
                    matches!(word, "Sie" | "Ihnen" | "Ihr" | "Ihre" | "Ihren" | "Ihrem" | "Ihrer")
                })
                .count();
            let informal =
                counted(&["du", "dir", "dich", "dein", "deine", "deinen", "deinem", "deiner", "euch", "euer"]);
            let we = counted(&["wir", "uns", "unser", "unsere", "unseren", "unserem", "unserer"]);
            let (word, you) = if informal > formal { ("“du”", informal) } else { ("“Sie”", formal) };
            let formality = match (formal, informal) {
                (0, 0) => "Readers are not addressed directly.".to_owned(),
                (_, informal) if informal > formal => {
                    format!("The informal address outweighs the formal one, {informal} to {formal}.")
                }
                _ => format!("The formal address outweighs the informal one, {formal} to {informal}."),
            };
            vec![person(word, you, "“wir”", we), formality]
        }
        Language::Other(_) => Vec::new(),
    }
}

fn person(you_word: &str, you: usize, we_word: &str, we: usize) -> String {
    match (you, we) {
        (0, 0) => format!("The text neither addresses its readers as {you_word} nor speaks as {we_word}."),
        (you, 0) => {
            format!("Readers are addressed as {you_word} ({you} times); the client does not speak as {we_word}.")
        }
        (0, we) => format!("The client speaks as {we_word} ({we} times); readers are not addressed as {you_word}."),
        (you, we) => {
            format!("Readers are addressed as {you_word} ({you} times); the client speaks as {we_word} ({we} times).")
        }
    }
}
