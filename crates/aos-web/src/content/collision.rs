//! Two people made another text of one version: what the later one is shown.

use aos_features::{
    content::{self, ContentVersion, ItemText},
    read_models::names::Names,
    tenants,
};
use aos_kernel::{ContentItemId, Result, TenantScope};

use super::{parts, views::Conflict};
use crate::{
    session::Viewer,
    show::{Dial, who},
    ui::{Diff, Moment},
};

/// What both began with, and what the faster one made of it.
pub(super) struct Collision {
    pub base: ContentVersion,
    pub theirs: ContentVersion,
    by: String,
    at: Moment,
}

impl Collision {
    /// # Errors
    /// `NotFound` for a version that never was; `Storage`.
    pub async fn load(viewer: &Viewer, scope: TenantScope, item: ContentItemId, base: u32) -> Result<Self> {
        let mut conn = viewer.read().await?;
        let post = content::queries::item(&mut conn, scope, item).await?;
        let theirs = content::queries::version(&mut conn, scope, item, post.current_version).await?;
        let base = content::queries::version(&mut conn, scope, item, i64::from(base)).await?;
        let names = Names::of(&mut conn, [&theirs.author]).await?;
        let zone = tenants::queries::zone(&mut conn, scope).await?;
        let (by, at) = (who(&names, &theirs.author).0, Dial { zone, now: viewer.now }.moment(theirs.created_at));
        Ok(Self { base, theirs, by, at })
    }

    /// Both texts, side by side. `merged`: the form holds both put together.
    pub fn shown(self, own: ItemText, merged: bool) -> Conflict {
        let mut mine = self.theirs.clone();
        mine.markdown = own.markdown();
        mine.text = own;
        Conflict {
            by: self.by,
            at: self.at,
            diff: Diff::between(
                format!("Version {}", self.theirs.version),
                &parts::as_text(&self.theirs),
                "Your text",
                &parts::as_text(&mine),
            ),
            merged,
            mine: mine.markdown,
            theirs: self.theirs.markdown,
        }
    }
}
