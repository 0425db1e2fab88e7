//! Addresses from titles.

const MAX_CHARS: usize = 70;

/// Small ASCII letters, digits and hyphens; letters of other scripts stay, which WordPress and browsers take.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.to_lowercase().chars() {
        let plain = latin(c);
        match plain {
            Some(text) => slug.push_str(text),
            None if c.is_alphanumeric() => slug.push(c),
            None if matches!(c, '\'' | '’') => {}
            None if !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    let slug = slug.trim_matches('-');
    let cut = match slug.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => slug[..at].rsplit_once('-').map_or(&slug[..at], |(whole, _)| whole),
        None => slug,
    };
    if cut.is_empty() { "article".to_owned() } else { cut.to_owned() }
}

fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ė' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn titles_become_addresses() {
        assert_eq!(slug("How long does a repair take?"), "how-long-does-a-repair-take");
        assert_eq!(slug("Größe & Maß: worauf es ankommt"), "groesse-mass-worauf-es-ankommt");
        assert_eq!(slug("The client’s guide"), "the-clients-guide");
        assert_eq!(slug("!!!"), "article");
        assert!(slug(&"wheel ".repeat(40)).len() <= 70);
    }
}
