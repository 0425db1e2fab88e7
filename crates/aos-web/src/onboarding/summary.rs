//! What was filled in so far, to read once more before the launch.

use aos_features::{
    channels,
    onboarding::{
        self, OnboardingRecord,
        model::{Baseline, Voice},
    },
    website,
};
use aos_kernel::{Result, TenantScope};
use aos_storage::Conn;

use super::views::{STEPS, SummaryPart};
use crate::{
    ui::number::{bytes, measured},
    website::views::Swatch,
};

/// One part for each of the five steps before the launch.
pub(super) async fn of(conn: &mut Conn, scope: TenantScope, record: &OnboardingRecord) -> Result<Vec<SummaryPart>> {
    let line = |label: &str, value: &str| (!value.is_empty()).then(|| (label.to_owned(), value.to_owned()));
    let mut parts = Vec::with_capacity(STEPS.len() - 1);
    for (slug, label) in &STEPS[..STEPS.len() - 1] {
        let mut part = SummaryPart { slug: (*slug).to_owned(), label: (*label).to_owned(), ..SummaryPart::default() };
        match *slug {
            "channels" => {
                let connected = channels::queries::channels(conn, scope).await?;
                part.lines = connected.iter().map(|channel| (channel.label.clone(), channel.url.clone())).collect();
                part.otherwise =
                    "Nothing is published until a channel is connected; the rest of the work begins.".into();
            }
            "voice" => {
                let Voice { tone, personality, writing_style, avoid, audience, competitors } = &record.answers.voice;
                let lines = [
                    line("Tone of voice", tone),
                    line("Audience", audience),
                    line("Personality", personality),
                    line("Writing style", writing_style),
                    line("To avoid", avoid),
                    line("Competitors", competitors),
                ];
                part.lines = lines.into_iter().flatten().collect();
                part.otherwise = "The voice is taken from the website.".into();
            }
            "brand" => {
                let crawl = website::queries::readable_crawl(conn, scope).await?;
                let brand = record.brand_or(crawl.as_ref().and_then(|crawl| crawl.brand.as_ref()));
                part.colours =
                    brand.colours.iter().take(3).map(|hex| Swatch { hex: hex.clone(), ..Swatch::default() }).collect();
                let lines = [
                    line("Fonts", &brand.fonts.iter().take(2).cloned().collect::<Vec<_>>().join(", ")),
                    line("Logo", &brand.logo_url),
                ];
                part.lines = lines.into_iter().flatten().collect();
                part.otherwise = "Colours and fonts are taken from the website when it has been read.".into();
            }
            "documents" => {
                let documents = onboarding::queries::documents(conn, scope).await?;
                let size = |n: i64| bytes(u64::try_from(n).unwrap_or(0));
                part.lines = documents.iter().map(|one| (one.file_name.clone(), size(one.bytes))).collect();
                part.otherwise = "The work begins from the website alone.".into();
            }
            _ => {
                let Baseline { sessions, leads, followers, ad_spend, notes } = &record.answers.baseline;
                let figure = |label: &str, value: Option<f64>| value.map(|value| (label.to_owned(), measured(value)));
                let lines = [
                    figure("Visits a month", *sessions),
                    figure("Leads a month", *leads),
                    figure("Followers", *followers),
                    figure("Ad spend a month", *ad_spend),
                    line("Notes", notes),
                ];
                part.lines = lines.into_iter().flatten().collect();
                part.otherwise = "Goals are measured from the first figures that become known.".into();
            }
        }
        parts.push(part);
    }
    Ok(parts)
}
