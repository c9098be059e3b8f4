//! The facts that this chapter states. Those of a message are on its person; props hold `campaign`,
//! `message` and `channel`.

/// A draft was made; props: `campaign`, `name`, `channel`.
pub const CAMPAIGN_CREATED: &str = "campaign.created";
/// A draft was edited; props: `campaign`, `name`, `fields` (those that differ now).
pub const CAMPAIGN_CHANGED: &str = "campaign.changed";
/// Props: `campaign`, `name`, `channel`, `holdout_bp`.
pub const CAMPAIGN_LAUNCHED: &str = "campaign.launched";
/// Everybody of the audience was decided and every message attempted; props: `campaign`, `name`.
pub const CAMPAIGN_DONE: &str = "campaign.done";
/// What had not been attempted will not be; props: `campaign`, `name`, `stopped`.
pub const CAMPAIGN_CANCELLED: &str = "campaign.cancelled";
pub const MESSAGE_SENT: &str = "message.sent";
/// Would have been sent; kept out on purpose, to measure.
pub const MESSAGE_HELD_OUT: &str = "message.held_out";
/// Props also: `reason`.
pub const MESSAGE_FAILED: &str = "message.failed";
/// The connection or this program broke with the message under way; it is not sent again.
pub const MESSAGE_UNKNOWN: &str = "message.unknown";
pub const MESSAGE_READ: &str = "message.read";
pub const MESSAGE_CLICKED: &str = "message.clicked";
