//! An audience: everybody of some segments, stages, tags, touchpoints or stores. Within one list any fits,
//! between lists all must.
use crate::stage::Stage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result, ids};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    pub segments: Vec<ids::SegmentId>,
    pub stages: Vec<Stage>,
    pub tags: Vec<String>,
    pub touchpoints: Vec<ids::TouchpointId>,
    pub stores: Vec<ids::StoreId>,
}

impl Audience {
    /// A condition on person `p` (without brand or consent). Everything that is not a number is
    /// quoted here and nowhere else.
    pub fn sql(&self) -> Result<String> {
        let mut all = vec!["p.root_id = p.id".to_string(), "p.erased_at is null".to_string()];
        let any = |column: &str, values: Vec<String>| format!("{column} in ({})", values.join(", "));
        if self.segments.len() + self.stages.len() + self.tags.len() + self.touchpoints.len() + self.stores.len() > 1000 {
            return Err(Problem::field("audience", "use at most 1,000 conditions"));
        }
        if !self.segments.is_empty() {
            all.push(format!(
                "exists (select 1 from segment_member sm where sm.person_id = p.id and {})",
                any("sm.segment_id", self.segments.iter().map(|s| s.n().to_string()).collect())
            ));
        }
        if !self.stages.is_empty() {
            all.push(any("p.stage", self.stages.iter().map(|s| format!("'{}'", s.code())).collect()));
        }
        if !self.touchpoints.is_empty() {
            all.push(any("p.touchpoint_id", self.touchpoints.iter().map(|t| t.n().to_string()).collect()));
        }
        if !self.stores.is_empty() {
            all.push(any("p.store_id", self.stores.iter().map(|s| s.n().to_string()).collect()));
        }
        if !self.tags.is_empty() {
            if self.tags.iter().any(|t| t.contains('\0') || t.contains('$')) {
                return Err(Problem::field("audience.tags", "a tag has no zero byte and no dollar sign"));
            }
            let tags = self.tags.iter().map(|t| format!("'{}'", t.trim().replace('\'', "''"))).collect();
            all.push(format!(
                "exists (select 1 from tag g join person gp on gp.id = g.person_id where gp.root_id = p.id and {})",
                any("g.tag", tags)
            ));
        }
        Ok(all.join(" and "))
    }
}
