//! Style sheets read for the brand: which colour is used for what, which font for what.

use std::{collections::HashMap, convert::Infallible};

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};
use cssparser_color::Color;

use super::palette::Palette;

/// A style sheet of a framework has thousands; what comes after this many says nothing new about the brand.
const MAX_DECLARATIONS: usize = 20_000;
/// Media queries in supports conditions in layers: nobody nests deeper by hand.
const MAX_NESTING: u32 = 8;

/// One order of a style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub selector: String,
    pub name: String,
    pub value: String,
}

/// The declarations of a style sheet that could say something about the brand. Never fails: CSS skips what it does
/// not understand.
#[must_use]
pub fn declarations(sheet: &str) -> Vec<Declaration> {
    let mut reader = SheetReader { found: Vec::new(), nesting: 0 };
    let mut input = Parser::new(sheet);
    for _ in StyleSheetParser::new(&mut input, &mut reader) {}
    reader.found
}

struct SheetReader {
    found: Vec<Declaration>,
    nesting: u32,
}

/// What is not a rule that we read is skipped, which CSS does on an error.
fn skip<T>() -> Result<T, ParseError<Infallible>> {
    Err(ParseError::from_basic_kind(cssparser::BasicParseErrorKind::EndOfInput))
}

fn rest_of(input: &mut Parser<'_>) -> String {
    let start = input.position();
    while input.next().is_ok() {}
    input.slice_from(start).trim().to_owned()
}

impl<'i> QualifiedRuleParser<'i> for SheetReader {
    type Prelude = String;
    type QualifiedRule = ();
    type Error = Infallible;

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<String, ParseError<Infallible>> {
        Ok(rest_of(input))
    }

    fn parse_block(
        &mut self,
        selector: String,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<Infallible>> {
        let mut reader = RuleReader { selector: &selector, found: &mut self.found };
        for _ in RuleBodyParser::new(input, &mut reader) {}
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for SheetReader {
    type Prelude = ();
    type AtRule = ();
    type Error = Infallible;

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<(), ParseError<Infallible>> {
        let condition = rest_of(input).to_ascii_lowercase();
        let conditional =
            ["media", "supports", "layer", "container"].iter().any(|known| name.eq_ignore_ascii_case(known));
        // The brand is what most visitors see: on a screen, in the light.
        let usual = !condition.contains("print") && !condition.contains("dark") && !condition.contains("forced-colors");
        if conditional && usual { Ok(()) } else { skip() }
    }

    fn parse_block(&mut self, (): (), _: &ParserState, input: &mut Parser<'i>) -> Result<(), ParseError<Infallible>> {
        if self.nesting >= MAX_NESTING {
            return skip();
        }
        self.nesting += 1;
        for _ in StyleSheetParser::new(input, self) {}
        self.nesting -= 1;
        Ok(())
    }
}

struct RuleReader<'r> {
    selector: &'r str,
    found: &'r mut Vec<Declaration>,
}

impl<'i> DeclarationParser<'i> for RuleReader<'_> {
    type Declaration = ();
    type Error = Infallible;

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<(), ParseError<Infallible>> {
        let name = if name.starts_with("--") { name.to_string() } else { name.to_ascii_lowercase() };
        let telling = name.starts_with("--")
            || matches!(
                name.as_str(),
                "color" | "background" | "background-color" | "border-color" | "fill" | "font" | "font-family"
            );
        if telling && self.found.len() < MAX_DECLARATIONS {
            let value = rest_of(input);
            if value.len() < 500 {
                self.found.push(Declaration { selector: self.selector.to_owned(), name, value });
            }
        } else {
            while input.next().is_ok() {}
        }
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for RuleReader<'_> {
    type Prelude = ();
    type AtRule = ();
    type Error = Infallible;
}

impl<'i> QualifiedRuleParser<'i> for RuleReader<'_> {
    type Prelude = ();
    type QualifiedRule = ();
    type Error = Infallible;
}

impl RuleBodyItemParser<'_, (), Infallible> for RuleReader<'_> {
    fn parse_declarations(&self) -> bool {
        true
    }
    fn parse_qualified(&self) -> bool {
        false
    }
}

/// What a selector is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Page,
    Heading,
    Link,
    Button,
    Header,
    Footer,
    Other,
}

impl Part {
    fn of(selector: &str) -> Self {
        // The last compound is what gets the colour: `header .btn:hover` is about the button.
        let last = selector.rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
        let last = last.split("::").next().unwrap_or_default().to_ascii_lowercase();
        let tag = last.split(['.', '#', ':', '[']).next().unwrap_or_default();
        let names = |words: &[&str]| words.iter().any(|word| last.contains(word));
        match tag {
            _ if tag == "button" || names(&[".btn", ".button", "-button", "submit", ".cta"]) => Self::Button,
            "body" | "html" => Self::Page,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
            "a" => Self::Link,
            "header" | "nav" => Self::Header,
            "footer" => Self::Footer,
            _ if last.starts_with(":root") => Self::Page,
            _ if names(&["header", "navbar", "topbar"]) => Self::Header,
            _ if names(&["footer"]) => Self::Footer,
            _ if names(&["heading", "title"]) => Self::Heading,
            _ => Self::Other,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Heading => "heading",
            Self::Link => "link",
            Self::Button => "button",
            Self::Header => "header",
            Self::Footer => "footer",
            Self::Other => "other",
        }
    }

    /// How much it says about the brand when this part has a colour as its text or its background.
    const fn weight(self, background: bool) -> f64 {
        match (self, background) {
            (Self::Button, true) => 10.0,
            (Self::Link, false) | (Self::Header | Self::Page, true) => 6.0,
            (Self::Page, false) => 5.0,
            (Self::Heading, false) => 4.0,
            (Self::Footer, true) => 3.0,
            (Self::Button | Self::Header, false) => 2.0,
            (Self::Link | Self::Heading | Self::Other, true) => 1.0,
            (Self::Footer | Self::Other, false) => 0.5,
        }
    }
}

/// Weighs declarations into a palette.
#[must_use]
pub fn weigh(declarations: &[Declaration]) -> Palette {
    let mut variables = HashMap::new();
    for declaration in declarations.iter().filter(|declaration| declaration.name.starts_with("--")) {
        // The first is mostly the general one; later ones are for a part or a mode.
        variables.entry(declaration.name.as_str()).or_insert(declaration.value.as_str());
    }
    let mut palette = Palette::default();
    for declaration in declarations {
        let value = resolved(&declaration.value, &variables, 0);
        if let Some(name) = declaration.name.strip_prefix("--") {
            named(&mut palette, name, &value);
            continue;
        }
        // A rule for six headings is one decision and not six.
        let selectors = declaration.selector.split(',').count() as f64;
        for selector in declaration.selector.split(',').take(20) {
            let part = Part::of(selector.trim());
            match declaration.name.as_str() {
                "font" | "font-family" => font(&mut palette, part, &declaration.name, &value, 1.0 / selectors),
                "border-color" => colour(&mut palette, &value, "border", 0.3 / selectors),
                "color" | "fill" => {
                    colour(&mut palette, &value, &format!("{} text", part.name()), part.weight(false) / selectors)
                }
                _ => {
                    colour(&mut palette, &value, &format!("{} background", part.name()), part.weight(true) / selectors)
                }
            }
        }
    }
    palette
}

fn colour(palette: &mut Palette, value: &str, role: &str, weight: f64) {
    if let Some(hex) = first_colour(value) {
        palette.colour(&hex, role, weight);
    }
}

/// A colour that has a name of its own in the style sheet, `--brand-primary`, is the nearest to a brand manual that a
/// style sheet has.
fn named(palette: &mut Palette, name: &str, value: &str) {
    let lower = name.to_ascii_lowercase();
    let weight = match () {
        () if ["-rgb", "hover", "contrast", "inverse", "foreground"].iter().any(|word| lower.contains(word)) => return,
        () if ["primary", "brand"].iter().any(|word| lower.contains(word)) => 12.0,
        () if ["accent", "secondary"].iter().any(|word| lower.contains(word)) => 6.0,
        () => return,
    };
    let words = lower.split(['-', '_']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    colour(palette, value, &format!("named “{words}”"), weight);
}

fn font(palette: &mut Palette, part: Part, name: &str, value: &str, share: f64) {
    let (role, weight) = match part {
        Part::Page => ("body", 10.0),
        Part::Heading => ("heading", 6.0),
        Part::Button | Part::Link | Part::Header | Part::Footer => ("body", 1.0),
        Part::Other => ("body", 0.5),
    };
    // In the shorthand the families come last, after the size.
    let families = if name == "font" { after_size(value) } else { Some(value) };
    if let Some(families) = families {
        palette.fonts(families, role, weight * share);
    }
}

fn after_size(value: &str) -> Option<&str> {
    if let Some(quote) = value.find(['"', '\'']) {
        return Some(&value[quote..]);
    }
    let first = value.split(',').next()?;
    let at = first.trim_end().rfind(' ')?;
    Some(&value[at + 1..])
}

/// Puts the values of variables in their places.
fn resolved(value: &str, variables: &HashMap<&str, &str>, depth: u32) -> String {
    let Some(start) = value.find("var(").filter(|_| depth < 8 && value.len() < 2_000) else { return value.to_owned() };
    let inside = &value[start + 4..];
    let Some(end) = closing(inside) else { return value.to_owned() };
    let (name, fallback) = match inside[..end].split_once(',') {
        Some((name, fallback)) => (name, fallback),
        None => (&inside[..end], ""),
    };
    let replacement = variables.get(name.trim()).copied().unwrap_or(fallback);
    let value = format!("{}{}{}", &value[..start], replacement.trim(), &inside[end + 1..]);
    resolved(&value, variables, depth + 1)
}

fn closing(text: &str) -> Option<usize> {
    let mut open = 0u32;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' if open == 0 => return Some(at),
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

/// The first colour in a value, as `#rrggbb`; transparent ones are none.
#[must_use]
pub fn first_colour(value: &str) -> Option<String> {
    let mut input = Parser::new(value);
    loop {
        let state = input.state();
        if let Ok(colour) = Color::parse(&mut input) {
            if let Some(hex) = hex(colour) {
                return Some(hex);
            }
            continue;
        }
        input.reset(&state);
        input.next().ok()?;
    }
}

fn hex(colour: Color) -> Option<String> {
    let (red, green, blue, alpha) = match colour {
        Color::Rgba(c) => (f32::from(c.red) / 255.0, f32::from(c.green) / 255.0, f32::from(c.blue) / 255.0, c.alpha),
        Color::Hsl(c) => {
            let (h, s, l) = (c.hue.unwrap_or(0.0), c.saturation.unwrap_or(0.0), c.lightness.unwrap_or(0.0));
            let (red, green, blue) = cssparser_color::hsl_to_rgb(turn(h), s, l);
            (red, green, blue, c.alpha.unwrap_or(1.0))
        }
        Color::Hwb(c) => {
            let (h, w, b) = (c.hue.unwrap_or(0.0), c.whiteness.unwrap_or(0.0), c.blackness.unwrap_or(0.0));
            let (red, green, blue) = cssparser_color::hwb_to_rgb(turn(h), w, b);
            (red, green, blue, c.alpha.unwrap_or(1.0))
        }
        Color::Oklab(c) => {
            let (red, green, blue) = oklab(c.lightness.unwrap_or(0.0), c.a.unwrap_or(0.0), c.b.unwrap_or(0.0));
            (red, green, blue, c.alpha.unwrap_or(1.0))
        }
        Color::Oklch(c) => {
            let (sin, cos) = c.hue.unwrap_or(0.0).to_radians().sin_cos();
            let chroma = c.chroma.unwrap_or(0.0);
            let (red, green, blue) = oklab(c.lightness.unwrap_or(0.0), chroma * cos, chroma * sin);
            (red, green, blue, c.alpha.unwrap_or(1.0))
        }
        // Others are too rare in style sheets to carry the conversions of their spaces.
        Color::CurrentColor | Color::Lab(_) | Color::Lch(_) | Color::ColorFunction(_) => return None,
    };
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    (alpha >= 0.3).then(|| format!("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(blue)))
}

/// Degrees as a part of the circle, 0 to 1.
fn turn(degrees: f32) -> f32 {
    if degrees.is_finite() { (degrees.rem_euclid(360.0) / 360.0).clamp(0.0, 1.0) } else { 0.0 }
}

/// Oklab to sRGB (B. Ottosson's matrices, as in CSS Color 4, "Sample code for Color Conversions").
fn oklab(lightness: f32, a: f32, b: f32) -> (f32, f32, f32) {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let curve = |linear: f32| {
        if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
    };
    (
        curve(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        curve(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s),
        curve(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    )
}
