//! Pictures are read, cleaned and made to fit what platforms take. Pure computing: no files, no network, no clock.

mod fit;
mod metadata;
mod read;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use aos_capabilities::{
    images::{ImageFitter, Picture, Unfit},
    post::MediaRule,
};
use bytes::Bytes;

/// The fitter of the product.
#[derive(Clone, Copy, Debug, Default)]
pub struct Images;

impl ImageFitter for Images {
    fn take_in(&self, bytes: Bytes) -> Result<Picture, Unfit> {
        read::take_in(bytes)
    }
    fn fit(&self, bytes: Bytes, rule: &MediaRule) -> Result<Picture, Unfit> {
        fit::fit(bytes, rule)
    }
}
