//! The facts that this chapter states.

/// Somebody came by a friend's code; person: the friend who came. Props: `beneficiary`.
pub const BINDING_OPENED: &str = "binding.opened";
/// The bond is over; person: the friend who came. Props: `reason`.
pub const BINDING_ENDED: &str = "binding.ended";
/// Person: who earns. Value: how much. Props: `order`, `commission`.
pub const COMMISSION_ACCRUED: &str = "commission.accrued";
pub const COMMISSION_MATURED: &str = "commission.matured";
/// Value: how much was taken back.
pub const COMMISSION_REVERSED: &str = "commission.reversed";
