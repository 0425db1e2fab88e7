//! Pictures, made to fit where they are to stand.

use bytes::Bytes;

use crate::post::MediaRule;

/// A picture that was read: upright, and nothing beside its pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Bytes,
    pub content_type: &'static str,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

/// Why a picture is not what was asked for, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not a picture of a kind that is known, a damaged one, or one that unpacks to more than is reasonable.
    #[error("{0}")]
    Unreadable(String),
    /// It can be read, and not be made what the rule asks for without spoiling it.
    #[error("{0}")]
    Impossible(String),
}

/// Reads pictures (JPEG, PNG, WebP, GIF) and makes others of them. What a picture is, its bytes decide. This computes for
/// a while: call it where that holds nobody up.
pub trait ImageFitter: Send + Sync {
    /// Reads a picture that somebody brings. What cameras and programs write beside the pixels (the place, the device,
    /// comments) is left out, and it stands upright.
    ///
    /// # Errors
    /// [`Unfit::Unreadable`].
    fn take_in(&self, bytes: Bytes) -> Result<Picture, Unfit>;

    /// Makes a picture fit a rule: its type, its shape (cut around the middle), its pixels and its bytes. One that fits
    /// stays as it is.
    ///
    /// # Errors
    /// [`Unfit`].
    fn fit(&self, bytes: Bytes, rule: &MediaRule) -> Result<Picture, Unfit>;
}
