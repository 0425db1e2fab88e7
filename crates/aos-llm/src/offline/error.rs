//! What the offline provider says when it can't compose.

use aos_capabilities::model::{ModelError, ModelErrorKind};
use aos_kernel::Retry;

/// The material carries too little; trying again changes nothing.
pub fn nothing_to_say(message: impl Into<String>, help: impl Into<String>) -> ModelError {
    ModelError {
        kind: ModelErrorKind::NothingToSay,
        retry: Retry::Never,
        message: message.into(),
        help: Some(help.into()),
    }
}
