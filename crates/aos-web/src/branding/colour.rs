//! A colour that somebody chose, turned into colours that can be read: as a ground for words and as words themselves,
//! on light and on dark.

use std::fmt;

/// What WCAG asks of words of the usual size.
const READABLE: f64 = 4.5;
/// The grounds that the interface has: the darkest light one and the lightest dark one.
const LIGHT_GROUND: Rgb = Rgb([0xf0, 0xef, 0xec]);
const DARK_GROUND: Rgb = Rgb([0x2a, 0x2d, 0x35]);
const WHITE: Rgb = Rgb([0xff; 3]);
const BLACK: Rgb = Rgb([0x10, 0x12, 0x16]);

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb([u8; 3]);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Rgb {
    /// `#rrggbb`.
    pub fn parse(hex: &str) -> Option<Self> {
        let digits = hex.strip_prefix('#')?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        (digits.len() == 6).then_some(Self([part(0)?, part(2)?, part(4)?]))
    }
    fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        linear[0].mul_add(0.2126, linear[1].mul_add(0.7152, linear[2] * 0.0722))
    }
    /// As WCAG has it: 1 for the same, 21 for black on white.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
    fn mixed(self, other: Self, share: f64) -> Self {
        let mut out = [0; 3];
        for (at, part) in out.iter_mut().enumerate() {
            let (own, its) = (f64::from(self.0[at]), f64::from(other.0[at]));
            *part = (its - own).mul_add(share, own).round().clamp(0.0, 255.0) as u8;
        }
        Self(out)
    }
    /// As near to the colour as it can be and still be read on the ground.
    fn readable_on(self, ground: Self, towards: Self) -> Self {
        (0..=50)
            .map(|step| self.mixed(towards, f64::from(step) / 50.0))
            .find(|colour| colour.contrast(ground) >= READABLE)
            .unwrap_or(towards)
    }
    /// Words on it: white, or black where white can't be read.
    fn words(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }
}

/// A chosen colour as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    pub chosen: Rgb,
    /// On light grounds, and the words on it.
    pub light: Rgb,
    pub on_light: Rgb,
    /// On dark grounds, and the words on it.
    pub dark: Rgb,
    pub on_dark: Rgb,
}

impl Accent {
    pub fn of(hex: &str) -> Option<Self> {
        let chosen = Rgb::parse(hex)?;
        let light = chosen.readable_on(LIGHT_GROUND, BLACK);
        let dark = chosen.readable_on(DARK_GROUND, WHITE);
        Some(Self { chosen, light, on_light: light.words(), dark, on_dark: dark.words() })
    }

    /// The custom properties of the design system.
    pub fn style(&self) -> String {
        let Self { light, on_light, dark, on_dark, .. } = *self;
        let strong = (light.mixed(BLACK, 0.18), dark.mixed(WHITE, 0.25));
        let soft = (light.mixed(WHITE, 0.92), dark.mixed(BLACK, 0.8));
        format!(
            ":root {{\n  --accent: light-dark({light}, {dark});\n  --accent-strong: light-dark({}, {});\n  \
             --accent-soft: light-dark({}, {});\n  --on-accent: light-dark({on_light}, {on_dark});\n}}\n",
            strong.0, strong.1, soft.0, soft.1
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        assert!((WHITE.contrast(Rgb([0; 3])) - 21.0).abs() < 0.01);
        assert!((WHITE.contrast(Rgb::parse("#767676").unwrap()) - 4.54).abs() < 0.01);
        for bad in ["", "767676", "#76767", "#gggggg", "#ääää"] {
            assert_eq!(Rgb::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn whatever_colour_is_chosen_its_words_can_be_read_on_light_and_on_dark() {
        for r in (0..=255).step_by(51) {
            for g in (0..=255).step_by(51) {
                for b in (0..=255).step_by(51) {
                    let accent = Accent::of(&Rgb([r, g, b]).to_string()).unwrap();
                    for (colour, ground) in [
                        (accent.light, LIGHT_GROUND),
                        (accent.light, WHITE),
                        (accent.dark, DARK_GROUND),
                        (accent.on_light, accent.light),
                        (accent.on_dark, accent.dark),
                    ] {
                        assert!(colour.contrast(ground) >= READABLE, "{accent:?}: {colour} on {ground}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_already_stays_as_it_is() {
        let navy = Accent::of("#1f3a8a").unwrap();
        assert_eq!((navy.light, navy.on_light), (navy.chosen, WHITE));
        assert_ne!(navy.dark, navy.chosen);
    }
}
