//! What only Facebook pages refuse, and the words for what is done there. The codes are Meta's: `meta/errors.rs`.

use aos_capabilities::{PlatformError, PlatformErrorKind};

use super::FACE;
use crate::{meta::errors, verb::Verb};

pub(super) const CONNECT: Verb = Verb::reading("connect", "read the page");
pub(super) const PUBLISH: Verb = Verb::visible("publish", "publish the post", "text");
pub(super) const PUBLISH_PHOTO: Verb = Verb::visible("publish", "publish the picture", "media");
/// A photo that is not published yet is seen by nobody.
pub(super) const UPLOAD: Verb = Verb::harmless("upload image", "upload the picture", "media");
pub(super) const READ: Verb = Verb::reading("read", "read the post");
pub(super) const FIND: Verb = Verb::reading("find", "look for the post");
pub(super) const INSPECT: Verb = Verb::reading("inspect", "read what the score needs");

/// The channel does not say which page it is.
pub(super) fn no_page() -> PlatformError {
    let message = "The channel does not say which Facebook page it is.";
    errors::error(FACE, CONNECT, PlatformErrorKind::NotFound, message, "Connect the page again.")
}

/// With the link at its end the text is too long.
pub(super) fn too_long_with_link(most: usize) -> PlatformError {
    let message = format!("Beside pictures the link stands in the text, and then it is longer than {most} characters.");
    let kind = PlatformErrorKind::Invalid("text".to_owned());
    errors::error(FACE, PUBLISH, kind, message, "Shorten the text, or leave out the pictures or the link.")
}
