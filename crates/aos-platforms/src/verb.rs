//! What is done on a platform, for the words of errors and for the record.

use crate::failure::Effect;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Verb {
    /// The operation in [`aos_capabilities::PlatformError::operation`].
    pub name: &'static str,
    /// Fits after "could not" and "may not".
    pub words: &'static str,
    /// Our field that a refused parameter comes from, where the platform says no more.
    pub field: &'static str,
    pub effect: Effect,
}

impl Verb {
    /// It reads, or repeating it changes nothing that anybody sees.
    pub const fn harmless(name: &'static str, words: &'static str, field: &'static str) -> Self {
        Self { name, words, field, effect: Effect::Harmless }
    }
    /// The field of what reads: no input of a person's, but the account itself.
    pub const ACCOUNT: &str = "account";

    pub const fn reading(name: &'static str, words: &'static str) -> Self {
        Self::harmless(name, words, Self::ACCOUNT)
    }
    /// It makes something that must not be made twice.
    pub const fn visible(name: &'static str, words: &'static str, field: &'static str) -> Self {
        Self { name, words, field, effect: Effect::Visible }
    }
}
