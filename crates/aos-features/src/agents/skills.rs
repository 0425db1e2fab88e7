//! Skills: prompts as Markdown files with front matter, kept by version so that a run can say which it used.

use aos_kernel::{Actor, Result, SkillVersionId, Timestamp};
use aos_storage::{Db, content_hash, from_row};
use serde::Serialize;

use super::store;

/// The skills that come with the program. A version of the agency's own takes the place of one of the same name.
const BUILT_IN: &[&str] = &[
    include_str!("skills/house.md"),
    include_str!("skills/onboarding.md"),
    include_str!("skills/strategy.md"),
    include_str!("skills/topic-research.md"),
    include_str!("skills/article.md"),
    include_str!("skills/social-calendar.md"),
    include_str!("skills/social-post.md"),
    include_str!("skills/newsletter.md"),
    include_str!("skills/backlinks.md"),
    include_str!("skills/outreach.md"),
    include_str!("skills/ad-copy.md"),
];

/// A skill as written: front matter and text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skill {
    pub name: String,
    pub title: String,
    /// The roles that it is given to.
    pub roles: Vec<String>,
    pub body: String,
}

impl Skill {
    /// Reads front matter (`name`, `title`, `roles: [a, b]`) and body; `None` when the front matter is not complete.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("---\n")?;
        let (front, body) = rest.split_once("\n---\n")?;
        let field = |name: &str| {
            front
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(|value| value.trim().to_owned())
        };
        let roles = field("roles")?;
        let roles = roles.strip_prefix('[')?.strip_suffix(']')?;
        Some(Self {
            name: field("name")?,
            title: field("title")?,
            roles: roles.split(',').map(|role| role.trim().to_owned()).filter(|role| !role.is_empty()).collect(),
            body: body.trim().to_owned(),
        })
    }
}

/// One version of a skill's file.
#[derive(Clone, Debug, Serialize)]
pub struct SkillVersion {
    pub id: SkillVersionId,
    pub name: String,
    pub version: i64,
    pub text: String,
    pub made_by: Actor,
    pub created_at: Timestamp,
}
from_row!(SkillVersion { id, name, version, text, made_by, created_at });

impl SkillVersion {
    pub fn skill(&self) -> Option<Skill> {
        Skill::parse(&self.text)
    }
}

/// Keeps what came with this program as new versions where it differs from what came with the last one. An agency's own
/// edit stays on top until it is changed by a person.
///
/// # Errors
/// `Storage`.
pub(super) async fn seed(db: &Db) -> Result<()> {
    let mut tx = db.begin(Actor::system("skills")).await?;
    for text in BUILT_IN {
        let Some(skill) = Skill::parse(text) else { continue };
        let hash = content_hash(&[text]);
        if !store::skill_text_known(&mut tx, &skill.name, &hash).await? {
            let actor = tx.actor().clone();
            store::insert_skill(&mut tx, &skill.name, &hash, text, &actor).await?;
        }
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skill_that_comes_with_the_program_can_be_read() {
        for text in BUILT_IN {
            let skill = Skill::parse(text).unwrap_or_else(|| panic!("front matter of {}", &text[..40]));
            assert!(!skill.roles.is_empty() && !skill.body.is_empty(), "{}", skill.name);
        }
        assert_eq!(Skill::parse("no front matter"), None);
    }
}
