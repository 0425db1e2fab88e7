//! What a rendered page looks like: computed colours and fonts, and its picture.

use bytes::Bytes;
use chromiumoxide::{
    Page,
    cdp::browser_protocol::page::{CaptureScreenshotFormat, Viewport},
    page::ScreenshotParams,
};
use serde::Deserialize;

use super::{HEIGHT, RenderError, TALLEST, WIDTH, not_opened};
use crate::brand::{Palette, first_colour};

/// Runs in the page; its last expression is a [`Look`] as JSON.
const SCRIPT: &str = include_str!("look.js");

/// What the script saw.
#[derive(Debug, Deserialize)]
pub(crate) struct Look {
    pub height: f64,
    colours: Vec<Seen>,
    fonts: Vec<Seen>,
}

/// A computed value, what had it, and how much that says.
#[derive(Debug, Deserialize)]
struct Seen {
    value: String,
    role: String,
    weight: f64,
}

impl Look {
    pub fn palette(&self) -> Palette {
        let mut palette = Palette::default();
        // The page's own scripts could have changed what ours sees, so its numbers are bounded here.
        let weight = |seen: &Seen| if seen.weight.is_finite() { seen.weight.clamp(0.0, 100.0) } else { 0.0 };
        for seen in self.colours.iter().take(2_000) {
            if let Some(hex) = first_colour(&seen.value) {
                palette.colour(&hex, &seen.role, weight(seen));
            }
        }
        for seen in self.fonts.iter().take(2_000) {
            palette.fonts(&seen.value, if seen.role == "heading" { "heading" } else { "body" }, weight(seen));
        }
        palette
    }
}

pub(super) async fn take(page: &Page) -> Result<Look, RenderError> {
    page.evaluate(SCRIPT).await.map_err(not_opened)?.into_value().map_err(not_opened)
}

pub(super) async fn screenshot(page: &Page, height: f64) -> Result<Bytes, RenderError> {
    let height = if height.is_finite() { height.clamp(f64::from(HEIGHT), TALLEST) } else { f64::from(HEIGHT) };
    let clip = Viewport { x: 0.0, y: 0.0, width: f64::from(WIDTH), height, scale: 1.0 };
    let shot = ScreenshotParams::builder()
        .format(CaptureScreenshotFormat::Png)
        .clip(clip)
        .capture_beyond_viewport(true)
        .build();
    page.screenshot(shot).await.map(Bytes::from).map_err(not_opened)
}
