//! The facts that this chapter states.

/// A person was seen for the first time, known or anonymous.
pub const PERSON_CREATED: &str = "person.created";
/// The person became reachable for the first time: part of the pool.
pub const PERSON_JOINED: &str = "person.joined";
/// Name, phone, e-mail or portrait changed; props: the changed fields.
pub const PERSON_CHANGED: &str = "person.changed";
/// Somebody of the staff looked at what is masked; props: `fields`, never the values.
pub const PERSON_REVEALED: &str = "person.revealed";
/// The person has another guide (导购) now, or none; props: `from` and `to` (members of the staff), the
/// new one's `name`, `reason` (live_code, console).
pub const PERSON_GUIDED: &str = "person.guide_changed";
/// Somebody of the staff took everything that is held of the person.
pub const PERSON_EXPORTED: &str = "person.exported";
/// The person was erased, and nothing of it is left; props: `subjects`, how many.
pub const PERSON_ERASED: &str = "person.erased";
/// Two persons turned out to be one; props: `winner`, `loser`, `reason`.
pub const PERSON_MERGED: &str = "person.merged";
/// A merge was taken back; the person is the one that keeps the id. Props: `winner` (it), `loser`
/// (the person that is one of its own again), `reason`, `members` (all subjects that left with it).
pub const PERSON_UNMERGED: &str = "person.unmerged";
/// Somebody who was there already got an identity that says who it is, or lost one; props: `kind`.
pub const IDENTITY_BOUND: &str = "identity.bound";
pub const IDENTITY_UNBOUND: &str = "identity.unbound";
/// A value connected too many persons and joins nobody any more; props: `kind`, `persons`, `limit`,
/// `parted` (joins taken back).
pub const IDENTITY_INERT: &str = "identity.inert";
/// Props: `from`, `to`, `cause` (event, timer, refund, definition, merge, unmerge).
pub const STAGE_CHANGED: &str = "person.stage_changed";
/// A tag holds from now on, or no longer; props: `tag`, `source` (whose word changed that).
pub const PERSON_TAGGED: &str = "person.tagged";
pub const PERSON_UNTAGGED: &str = "person.untagged";
/// Props: `purpose`, `channel`, `status`, `proof`.
pub const CONSENT_SET: &str = "consent.set";
/// A traffic pool changed; props: `pool`, `what` (made, edited, ended), `before`, `after`.
pub const POOL_CHANGED: &str = "pool.changed";
/// The cuts of RFM were put in force; props: `n`, `kind`, `window_days`, `cuts`.
pub const RFM_FROZEN: &str = "rfm.frozen";

/// Props: `segment`, `what` (made, edited, archived).
pub const SEGMENT_CHANGED: &str = "segment.changed";
/// Props: `segment`, `cause` (event, timer, late, person, merge, definition, audit).
pub const SEGMENT_ENTERED: &str = "segment.entered";
/// Props: as entered.
pub const SEGMENT_LEFT: &str = "segment.left";

/// The schema of attributes changed; props: `key`, `what` (made, edited; sources: other
/// words count from now on).
pub const ATTRIBUTE_CHANGED: &str = "attribute.changed";
/// Groups or names of tags changed; props: `what` (group, renamed, removed, allowed), `group`, `from` and `to`, or `tag`.
pub const TAGS_CHANGED: &str = "tags.changed";
