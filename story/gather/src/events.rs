//! The facts that this chapter states.

/// Props: `code`, `kind`, `name`, `landing`.
pub const TOUCHPOINT_ADDED: &str = "touchpoint.added";
/// Props: what it is now.
pub const TOUCHPOINT_CHANGED: &str = "touchpoint.changed";
/// Props: `cost`, `kind`, `amount_fen`, `from_day`, `to_day`, `note`.
pub const COST_ADDED: &str = "touchpoint.cost_added";
/// Props as in `touchpoint.cost_added`.
pub const COST_REMOVED: &str = "touchpoint.cost_removed";
/// Somebody came by a touchpoint: a scan or a click. Props: `path`, `ip` and `agent` as hashes, `utm`
/// where the link had it, and `live` where a live code decided: its `version`, `led` (guide, address, fallback, or choose where the page of stores was shown) and `trace`.
/// The index `event_visited` names this text.
pub const TOUCHPOINT_VISITED: &str = "touchpoint.visited";
/// A touchpoint got a live code, as a draft. Props: `live_code`.
pub const LIVE_CODE_ADDED: &str = "live_code.created";
/// Props: `live_code`, and `version` or `state`.
pub const LIVE_CODE_CHANGED: &str = "live_code.changed";
/// A visitor and a guide added each other. Props: `live_code`, `staff`, `reservation`.
pub const FRIEND_ADDED: &str = "live_code.friend_added";
/// Somebody whom a live code asked for the store said it. Props: `by` (`store`, `position` or `any`) and
/// `live` as in `touchpoint.visited`; never the position. The store is the one that was named.
pub const STORE_CHOSEN: &str = "live_code.store_chosen";
/// Somebody opened the mall, by whatever way. Props: `path`, `ip` and `agent` as hashes, and `tp`
/// when the address carried a code that is not one of ours.
pub const MALL_OPENED: &str = "mall.opened";
/// Props: `import`, `kind`, `file`, `bytes`.
pub const IMPORT_UPLOADED: &str = "import.uploaded";
/// Props: `import`, `dry_run`.
pub const IMPORT_STARTED: &str = "import.started";
/// Props: `import`, `dry_run`, `ok`, `bad`.
pub const IMPORT_FINISHED: &str = "import.finished";
/// Props: `import`, `ok`, `bad`.
pub const IMPORT_CANCELLED: &str = "import.cancelled";
/// Props: `import`, `error`.
pub const IMPORT_FAILED: &str = "import.failed";
/// Messages of the quarantine became events. Props: `count`, and of one `quarantined`, of many `reason`, `source`.
pub const QUARANTINE_REPLAYED: &str = "quarantine.replayed";
/// Props as in `quarantine.replayed`.
pub const QUARANTINE_DISMISSED: &str = "quarantine.dismissed";
/// Props: `rule`, `kind`, `event`, `property`, `target`.
pub const INTAKE_RULE_ADDED: &str = "intake.rule_added";
/// Props as in `intake.rule_added`.
pub const INTAKE_RULE_REMOVED: &str = "intake.rule_removed";
/// Somebody said whether a property is personal. Props: `event`, `property`, `pii`.
pub const CATALOGUE_MARKED: &str = "catalogue.marked";
