//! What is done with GA4, in words; its refusals are those of all of Google's platforms.

use crate::google::Operation;

pub(super) const CONNECT: Operation = Operation::read("connect", "look at the property");
pub(super) const TARGETS: Operation = Operation::read("list properties", "list the properties");
