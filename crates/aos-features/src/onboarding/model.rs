//! The wizard's six steps, documents and context versions. Pure.

use aos_capabilities::{crawl::BrandSignals, drafts::Gap};
use aos_kernel::{Actor, ContentHash, ContextVersionId, DocumentId, Error, Result, Timestamp};
use aos_storage::{ObjectKey, from_row};
use serde::{Deserialize, Serialize};

aos_kernel::text_enum! {
    /// The steps of the wizard, in order (P1.3).
    pub enum OnboardingStep {
        Channels = "channels", Voice = "voice", Brand = "brand", Documents = "documents", Baseline = "baseline",
        Launch = "launch",
    }
}

/// How the client speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Voice {
    pub tone: String,
    pub personality: String,
    pub writing_style: String,
    /// Words and claims to stay away from.
    pub avoid: String,
    pub audience: String,
    pub competitors: String,
}

/// How the client looks. Pre-filled from the crawl, accepted or changed by a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brand {
    /// `#rrggbb`, the main one first.
    pub colours: Vec<String>,
    pub fonts: Vec<String>,
    pub logo_url: String,
}

/// Where the client stands today. Figures are a month's; `None` is "not known".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Baseline {
    pub sessions: Option<f64>,
    pub leads: Option<f64>,
    pub followers: Option<f64>,
    /// In the client's own currency.
    pub ad_spend: Option<f64>,
    pub notes: String,
}

/// Everything that was filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    pub voice: Voice,
    pub brand: Brand,
    pub baseline: Baseline,
}

/// What one step saves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum StepInput {
    /// Looked at: channels themselves are connected on their own page.
    Channels,
    Voice {
        voice: Voice,
    },
    Brand {
        brand: Brand,
    },
    /// Looked at: documents are uploaded one by one.
    Documents,
    Baseline {
        baseline: Baseline,
    },
}

const LONGEST_ANSWER: usize = 4_000;

impl StepInput {
    pub fn step(&self) -> OnboardingStep {
        match self {
            Self::Channels => OnboardingStep::Channels,
            Self::Voice { .. } => OnboardingStep::Voice,
            Self::Brand { .. } => OnboardingStep::Brand,
            Self::Documents => OnboardingStep::Documents,
            Self::Baseline { .. } => OnboardingStep::Baseline,
        }
    }

    /// # Errors
    /// `Invalid` with the field.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Voice { voice } => {
                let fields = [
                    ("tone", &voice.tone),
                    ("personality", &voice.personality),
                    ("writing_style", &voice.writing_style),
                    ("avoid", &voice.avoid),
                    ("audience", &voice.audience),
                    ("competitors", &voice.competitors),
                ];
                for (name, text) in fields {
                    if text.chars().count() > LONGEST_ANSWER {
                        return Err(Error::invalid(name, format!("At most {LONGEST_ANSWER} characters.")));
                    }
                }
                Ok(())
            }
            Self::Brand { brand } => {
                for colour in &brand.colours {
                    let digits = colour.strip_prefix('#').unwrap_or_default();
                    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                        return Err(Error::invalid("colours", format!("“{colour}” is not a colour such as #1a2b3c.")));
                    }
                }
                Ok(())
            }
            Self::Baseline { baseline } => {
                let figures = [
                    ("sessions", baseline.sessions),
                    ("leads", baseline.leads),
                    ("followers", baseline.followers),
                    ("ad_spend", baseline.ad_spend),
                ];
                for (name, figure) in figures {
                    if figure.is_some_and(|n| !n.is_finite() || n < 0.0) {
                        return Err(Error::invalid(name, "Enter a figure of zero or more, or leave it empty."));
                    }
                }
                Ok(())
            }
            Self::Channels | Self::Documents => Ok(()),
        }
    }
}

/// The wizard of one tenant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OnboardingRecord {
    pub answers: Answers,
    /// The steps that were saved.
    pub saved: Vec<OnboardingStep>,
    pub launched_at: Option<Timestamp>,
    pub launched_by: Option<Actor>,
    /// How often the set-up chain was asked for, and how often it was started.
    pub rounds: i64,
    pub started_rounds: i64,
    pub updated_at: Option<Timestamp>,
}

impl OnboardingRecord {
    /// The first step that nobody saved yet: where the wizard goes on.
    pub fn next_step(&self) -> OnboardingStep {
        OnboardingStep::ALL.iter().copied().find(|step| !self.saved.contains(step)).unwrap_or(OnboardingStep::Launch)
    }
    /// The brand as accepted, or as the crawl saw it while nobody looked.
    pub fn brand_or(&self, seen: Option<&BrandSignals>) -> Brand {
        if self.saved.contains(&OnboardingStep::Brand) {
            return self.answers.brand.clone();
        }
        seen.map_or_else(Brand::default, |signals| Brand {
            colours: signals.colours.iter().take(6).map(|c| c.hex.clone()).collect(),
            fonts: signals.fonts.iter().take(4).map(|f| f.family.clone()).collect(),
            logo_url: signals.logo_url.clone().unwrap_or_default(),
        })
    }
}

/// A document that a person brought.
#[derive(Clone, Debug, Serialize)]
pub struct OnboardingDocument {
    pub id: DocumentId,
    pub file_name: String,
    pub content_type: String,
    pub word_count: i64,
    pub bytes: i64,
    #[serde(skip)]
    pub object_key: ObjectKey,
    pub uploaded_by: Actor,
    pub created_at: Timestamp,
}
from_row!(OnboardingDocument { id, file_name, content_type, word_count, bytes, object_key, uploaded_by, created_at });

/// One version of the context file.
#[derive(Clone, Debug, Serialize)]
pub struct ContextVersion {
    pub id: ContextVersionId,
    pub version: i64,
    pub markdown: String,
    pub hash: ContentHash,
    /// What the material did not carry.
    pub gaps: Vec<Gap>,
    /// Drafted without a model.
    pub offline: bool,
    pub made_by: Actor,
    pub note: Option<String>,
    pub created_at: Timestamp,
}
from_row!(ContextVersion { id, version, markdown, hash, json gaps, offline, made_by, note, created_at });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wizard_goes_on_at_the_first_step_that_nobody_saved() {
        let mut record = OnboardingRecord::default();
        assert_eq!(record.next_step(), OnboardingStep::Channels);
        record.saved = vec![OnboardingStep::Channels, OnboardingStep::Brand];
        assert_eq!(record.next_step(), OnboardingStep::Voice);
    }

    #[test]
    fn figures_and_colours_that_make_no_sense_are_refused_by_field() {
        let bad = StepInput::Brand { brand: Brand { colours: vec!["red".into()], ..Brand::default() } };
        assert_eq!(bad.validate().unwrap_err().field(), Some("colours"));
        let bad = StepInput::Baseline { baseline: Baseline { leads: Some(-1.0), ..Baseline::default() } };
        assert_eq!(bad.validate().unwrap_err().field(), Some("leads"));
    }
}
