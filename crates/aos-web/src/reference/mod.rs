//! The reference: the design gallery.

pub mod views;

use aos_kernel::Error;

use self::views::DesignPage;
use crate::{
    layout::Place,
    paths,
    router::Routes,
    session::{Answer, Viewer},
};

pub fn routes() -> Routes {
    Routes::default().get(paths::DESIGN, design)
}

/// `GET /reference/design`.
async fn design(viewer: Viewer) -> Answer {
    if !viewer.principal.is_staff() {
        return Err(Error::denied("The reference is for the agency's staff.").into());
    }
    let mut conn = viewer.read().await?;
    let shell = viewer.shell(&mut conn, "Design", Place::Reference).await?;
    viewer.page(&DesignPage::new(shell))
}
