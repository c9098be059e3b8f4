//! What the mall's pages ask for.
pub mod checkout;
pub mod shop;
