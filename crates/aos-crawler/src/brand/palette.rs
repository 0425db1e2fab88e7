//! Colours and fonts with their weights, whoever saw them.

use std::collections::BTreeMap;

use aos_capabilities::crawl::{BrandColour, BrandFont, BrandSignals};

const MAX_COLOURS: usize = 12;
const MAX_FONTS: usize = 6;

/// Families that name no font of the brand: kinds of fonts, the machine's own, and fonts that hold symbols.
const NO_BRAND: &[&str] = &[
    "-apple-system",
    "blinkmacsystemfont",
    "cursive",
    "emoji",
    "fantasy",
    "inherit",
    "initial",
    "math",
    "monospace",
    "none",
    "revert",
    "sans-serif",
    "serif",
    "system-ui",
    "times",
    "times new roman",
    "unset",
];
const SYMBOLS: &[&str] = &["awesome", "dashicon", "emoji", "glyph", "icon", "swiper", "symbol"];

/// A collection of what was seen.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// By `#rrggbb`, the weight of each role.
    colours: BTreeMap<String, BTreeMap<String, f64>>,
    /// By role and family.
    fonts: BTreeMap<(String, String), f64>,
}

impl Palette {
    /// `hex` is `#rrggbb`.
    pub fn colour(&mut self, hex: &str, role: &str, weight: f64) {
        // Nearly every page is mostly white, black and grey: they are part of a brand, seldom its face.
        let weight = if is_neutral(hex) { weight * 0.4 } else { weight };
        *self.colours.entry(hex.to_owned()).or_default().entry(role.to_owned()).or_default() += weight;
    }

    /// `families` as CSS lists them; the first that is a font of its own counts.
    pub fn fonts(&mut self, families: &str, role: &str, weight: f64) {
        let named = families.split(',').map(|family| family.trim().trim_matches(['"', '\''])).find(|family| {
            let lower = family.to_ascii_lowercase();
            !family.is_empty()
                && family.len() < 80
                && !NO_BRAND.contains(&lower.as_str())
                && !lower.starts_with("ui-")
                && !lower.contains(['(', ')', '!', '{'])
                && !SYMBOLS.iter().any(|symbols| lower.contains(symbols))
        });
        if let Some(family) = named {
            *self.fonts.entry((role.to_owned(), family.to_owned())).or_default() += weight;
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.colours.is_empty() && self.fonts.is_empty()
    }

    /// Most used first.
    #[must_use]
    pub fn into_signals(self) -> BrandSignals {
        let total: f64 = self.colours.values().flat_map(BTreeMap::values).sum();
        let mut colours: Vec<BrandColour> = self
            .colours
            .into_iter()
            .map(|(hex, roles)| {
                let weight: f64 = roles.values().sum();
                let role = roles.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(role, _)| role);
                BrandColour { hex, role: role.unwrap_or_default(), share: weight / total.max(f64::MIN_POSITIVE) }
            })
            .collect();
        colours.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.hex.cmp(&b.hex)));
        colours.truncate(MAX_COLOURS);
        let mut fonts: Vec<_> = self.fonts.into_iter().collect();
        fonts.sort_by(|(a, weight), (b, other)| other.total_cmp(weight).then_with(|| a.cmp(b)));
        let fonts = fonts.into_iter().take(MAX_FONTS).map(|((role, family), _)| BrandFont { family, role }).collect();
        BrandSignals { colours, fonts, ..BrandSignals::default() }
    }
}

fn is_neutral(hex: &str) -> bool {
    let part = |at: usize| hex.get(at..at + 2).and_then(|part| u8::from_str_radix(part, 16).ok()).unwrap_or(0);
    let parts = [part(1), part(3), part(5)];
    let (most, least) = (parts.iter().max().copied().unwrap_or(0), parts.iter().min().copied().unwrap_or(0));
    most - least < 18
}
