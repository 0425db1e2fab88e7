//! The six steps and the context file.

use askama::Template;
use serde::Deserialize;

use crate::{
    channels::views::{ChannelView, ConnectForm, Way},
    content::views::Conflict,
    forms::FieldErrors,
    layout::{ClientHead, ClientTab, Shell},
    markdown::CleanHtml,
    ui::{Diff, Gap, Moment, filters},
    website::views::BrandView,
};

/// `GET /portal/clients/{id}/onboarding[/{step}]`.
#[derive(Clone, Debug, Template)]
#[template(path = "onboarding/wizard.html")]
pub struct OnboardingPage {
    pub shell: Shell,
    pub client: ClientHead,
    pub wizard: Wizard,
}

/// The six steps, as both faces show them.
#[derive(Clone, Debug)]
pub struct Wizard {
    /// `/portal/clients/{id}` or `/client/{id}`: forms go below it.
    pub base: String,
    /// Where somebody finds what follows the launch.
    pub after: String,
    /// May fill it in; otherwise it is only read.
    pub can_edit: bool,
    pub steps: Vec<StepMark>,
    pub step: Step,
    pub errors: FieldErrors,
}

impl Wizard {
    pub(crate) fn current(&self) -> &'static str {
        self.step.slug()
    }
    pub(crate) fn number(&self) -> usize {
        STEPS.iter().position(|(slug, _)| *slug == self.current()).unwrap_or(0) + 1
    }
    /// The step before this one.
    pub(crate) fn back(&self) -> Option<String> {
        let (slug, _) = STEPS.get(self.number().checked_sub(2)?)?;
        Some(format!("{}/onboarding/{slug}", self.base))
    }
}

/// A step in the row above the form.
#[derive(Clone, Debug, Default)]
pub struct StepMark {
    /// `channels`, `voice`, `brand`, `documents`, `baseline`, `launch`.
    pub slug: String,
    pub label: String,
    pub done: bool,
}

/// The step that is open.
#[derive(Clone, Debug)]
pub enum Step {
    Channels {
        connected: Vec<ChannelView>,
        /// What is connected by consent.
        ways: Vec<Way>,
        form: ConnectForm,
        /// Opens the form: nothing is connected, or it came back with errors.
        connecting: bool,
    },
    Voice(VoiceForm),
    Brand {
        found: Option<BrandView>,
        form: BrandForm,
        /// The website is being read right now.
        reading: bool,
    },
    Documents {
        documents: Vec<DocumentRow>,
        takes: String,
    },
    Baseline(BaselineForm),
    Launch {
        summary: Vec<SummaryPart>,
        /// The website is being read; what follows waits for it.
        reading: bool,
        launched: Option<Moment>,
    },
}

impl Step {
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Channels { .. } => "channels",
            Self::Voice(_) => "voice",
            Self::Brand { .. } => "brand",
            Self::Documents { .. } => "documents",
            Self::Baseline(_) => "baseline",
            Self::Launch { .. } => "launch",
        }
    }
}

/// What was filled in at one step, to read before the launch.
#[derive(Clone, Debug, Default)]
pub struct SummaryPart {
    pub slug: String,
    pub label: String,
    /// Label and value.
    pub lines: Vec<(String, String)>,
    /// What happens when it stays empty.
    pub otherwise: String,
    /// Colours to show beside the lines.
    pub colours: Vec<crate::website::views::Swatch>,
}

/// The names of the six steps in their order: slug and label.
pub const STEPS: [(&str, &str); 6] = [
    ("channels", "Channels"),
    ("voice", "Brand voice"),
    ("brand", "Brand assets"),
    ("documents", "Documents"),
    ("baseline", "Baseline"),
    ("launch", "Launch"),
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct VoiceForm {
    pub tone: String,
    pub personality: String,
    pub writing_style: String,
    pub audience: String,
    /// Words and claims to stay away from.
    pub avoid: String,
    pub competitors: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BrandForm {
    /// `#rrggbb` each.
    pub primary: String,
    pub secondary: String,
    pub accent: String,
    pub heading_font: String,
    pub body_font: String,
    pub logo_url: String,
}

impl BrandForm {
    /// The colour as typed, to be drawn; an empty or a strange one is drawn as none.
    pub(crate) fn swatch(&self, hex: &str) -> crate::website::views::Swatch {
        crate::website::views::Swatch { hex: hex.to_lowercase(), ..Default::default() }
    }
}

#[derive(Clone, Debug, Default)]
pub struct DocumentRow {
    pub id: String,
    pub name: String,
    /// "PDF, 1.4 MB, 3,120 words".
    pub detail: String,
    pub at: Moment,
    /// `ready`, `running`, `failed`.
    pub state: String,
    pub error: Option<String>,
}

/// Figures before the work began; each may be empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BaselineForm {
    pub sessions: String,
    pub leads: String,
    pub followers: String,
    pub ad_spend: String,
    pub notes: String,
}

/// `GET /portal/clients/{id}/context`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onboarding/context.html")]
pub struct ContextPage {
    pub shell: Shell,
    pub client: ClientHead,
    /// `None`: nothing is written yet; `waiting_for` says why.
    pub context: Option<ContextView>,
    /// "The onboarding agent starts when onboarding is launched."
    pub waiting_for: String,
    pub versions: Vec<ContextVersionRow>,
    /// Set while editing (`?edit=1`).
    pub editing: Option<ContextForm>,
    pub errors: FieldErrors,
    pub conflict: Option<Conflict>,
    /// The chosen version against the one before (`?version=2&diff=1`), or any two (`?from=1&to=3`).
    pub diff: Option<Diff>,
    pub from: u32,
    pub to: u32,
    /// The number of the newest version, and whose it is.
    pub newest: u32,
    pub newest_by: String,
    pub outline: Vec<OutlineLine>,
}

/// One section of a text.
#[derive(Clone, Debug, Default)]
pub struct OutlineLine {
    /// From 0: its anchor is `s-` and this.
    pub number: u64,
    pub level: u8,
    pub text: String,
    /// The line of the Markdown, from 1.
    pub line: u64,
}

#[derive(Clone, Debug, Default)]
pub struct ContextView {
    pub version: u32,
    pub html: CleanHtml,
    pub words: u64,
    pub made_by: String,
    pub agent: bool,
    pub at: Moment,
    pub offline: bool,
    pub gaps: Vec<Gap>,
    /// Not the newest.
    pub old: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContextForm {
    pub base_version: u32,
    pub markdown: String,
}

#[derive(Clone, Debug, Default)]
pub struct ContextVersionRow {
    pub version: u32,
    pub made_by: String,
    pub agent: bool,
    pub at: Moment,
    pub current: bool,
    pub href: String,
    pub diff_href: Option<String>,
    /// Why it was made, in its maker's words.
    pub note: Option<String>,
    /// Runs that saw it.
    pub runs: u64,
}
