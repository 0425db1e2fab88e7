//! How long a text is (contract 2.2): NFC first, an emoji and a CJK character count two, a URL counts 23.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

const URL: usize = 23;

/// Weighted length of a text.
pub(super) fn weight(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let (mut sum, mut at) = (0, 0);
    for (start, end) in urls(&text) {
        sum += plain(&text[at..start]) + URL;
        at = end;
    }
    sum + plain(&text[at..])
}

/// Where the URLs of a text start and end. Only what names its scheme is taken for one.
pub(super) fn urls(text: &str) -> Vec<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(start) = lower[at..].find("http").map(|offset| at + offset) {
        let scheme = ["https://", "http://"].iter().find(|scheme| lower[start..].starts_with(**scheme));
        let Some(scheme) = scheme else {
            at = start + 4;
            continue;
        };
        let after = text[start..].find(char::is_whitespace).map_or(text.len(), |offset| start + offset);
        let url = text[start..after].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '"']);
        if url.len() > scheme.len() {
            found.push((start, start + url.len()));
        }
        at = after;
    }
    found
}

fn plain(text: &str) -> usize {
    text.graphemes(true).map(|cluster| if is_emoji(cluster) { 2 } else { cluster.chars().map(single).sum() }).sum()
}

fn single(c: char) -> usize {
    if matches!(u32::from(c), 0..=4_351 | 8_192..=8_205 | 8_208..=8_223 | 8_242..=8_247) { 1 } else { 2 }
}

/// Whether several characters are drawn as one emoji.
fn is_emoji(cluster: &str) -> bool {
    let first = cluster.chars().next().map_or(0, u32::from);
    let pictogram = first >= 0x1_F000
        || matches!(first, 0xA9 | 0xAE | 0x203C | 0x2049 | 0x2100..=0x2BFF | 0x3030..=0x303D | 0x3297 | 0x3299);
    let keycap = cluster.contains('\u{20E3}');
    keycap || (pictogram && cluster.chars().nth(1).is_some())
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn a_character_weighs_what_x_says() {
        for (text, expected) in [
            ("Larch", 5),
            ("e\u{301}", 1),
            ("木の家", 6),
            ("❤\u{FE0F}", 2),
            ("👩\u{200D}👩\u{200D}👧", 2),
            ("🇬🇧", 2),
            ("1\u{FE0F}\u{20E3}", 2),
            ("See https://harbour-and-pine.test/a/very/long/way, now", 4 + 23 + 5),
            ("http and https:// are none", 26),
            ("HTTPS://A.TEST", 23),
            ("’…", 4 - 1),
        ] {
            assert_eq!(weight(text), expected, "{text}");
        }
    }
}
