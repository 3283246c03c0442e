//! Who acts, and what they may do: strict authentication, and the policies of IAM.
//!
//! Without it anyone may do anything. With it a key must have been made through IAM, and what its bearer does must be
//! granted by a permission set in the project that the request is about.

mod check;
mod permission;
mod principal;

pub(crate) use check::{Visible, check};
pub(crate) use permission::Permission;
#[allow(unused_imports, reason = "for protocols that sign with a key")]
pub(crate) use principal::Credential;
pub(crate) use principal::{Principal, authenticate, ensure_owner_key};
