//! The facts that this chapter states.

/// Somebody of the staff signed in.
pub const STAFF_SIGNED_IN: &str = "staff.signed_in";
/// A sign-in was refused; props: `email`.
pub const STAFF_REFUSED: &str = "staff.sign_in_refused";
pub const STAFF_ADDED: &str = "staff.added";
pub const STAFF_CHANGED: &str = "staff.changed";
pub const STORE_ADDED: &str = "store.added";
pub const STORE_CHANGED: &str = "store.changed";
/// Settings of the brand changed; props: before and after.
pub const BRAND_CHANGED: &str = "brand.changed";
pub const KEY_CREATED: &str = "key.created";
pub const KEY_REVOKED: &str = "key.revoked";
