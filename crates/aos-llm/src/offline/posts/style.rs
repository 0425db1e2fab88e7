//! How a platform is written for, told by its name, or by what it takes where the name says nothing.

use aos_capabilities::model::TaskChannel;

/// Texts shorter than this hold a sentence and an address.
const BRIEF: usize = 320;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// LinkedIn: one thought in short paragraphs.
    Long,
    /// Facebook and whatever nobody knows.
    Middle,
    /// Instagram: the picture, a few sentences, hashtags.
    Picture,
    /// X: one sentence that stands alone.
    Brief,
    /// Google Business Profile: short, and what to do next.
    Local,
}

/// How long a text gets, and what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    way: Way,
    /// Words of the client, about.
    pub words: usize,
    /// Sentences in one paragraph.
    pub paragraph: usize,
    pub hashtags: usize,
    pub lists: bool,
    /// The heading stands above the text where it says something.
    pub opening: bool,
}

impl Style {
    pub fn of(channel: &TaskChannel) -> Self {
        let platform = channel.platform.to_lowercase();
        let named = |names: &[&str]| names.iter().any(|name| platform.contains(name));
        let way = if named(&["linkedin", "xing"]) {
            Way::Long
        } else if named(&["instagram", "pinterest", "tiktok", "threads"]) {
            Way::Picture
        } else if named(&["gbp", "google", "business", "place"]) {
            Way::Local
        } else if platform == "x" || named(&["twitter", "bluesky", "mastodon"]) || channel.text <= BRIEF {
            Way::Brief
        } else if channel.media_required {
            Way::Picture
        } else if !channel.actions.is_empty() {
            Way::Local
        } else if named(&["facebook"]) || channel.text < 2_000 {
            Way::Middle
        } else {
            Way::Long
        };
        let (words, paragraph, hashtags) = match way {
            Way::Long => (170, 2, 3),
            Way::Middle => (80, 3, 2),
            Way::Picture => (48, 2, 6),
            Way::Brief => (0, 1, 1),
            Way::Local => (60, 3, 0),
        };
        Self {
            way,
            words,
            paragraph,
            hashtags: channel.hashtags.map_or(hashtags, |most| most.min(hashtags)),
            lists: matches!(way, Way::Long | Way::Middle),
            opening: way != Way::Brief,
        }
    }

    pub fn is_brief(self) -> bool {
        self.way == Way::Brief
    }

    pub fn is_local(self) -> bool {
        self.way == Way::Local
    }

    /// Addresses in the text can't be followed there.
    pub fn hides_addresses(self) -> bool {
        self.way == Way::Picture
    }
}
