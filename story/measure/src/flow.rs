//! The picture of the weir: where people came from, where they stand, what they yield, and what
//! flows back.
use crate::fold::{Order, Persons};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use utoipa::ToSchema;
use weir_ground::base::{Fen, Result, ids::TouchpointId};
use weir_ground::event::BrandId;
use weir_ground::{Tx, params};
use weir_know::{Stage, origin};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowNodeKind)]
pub enum NodeKind {
    Source,
    Stage,
    Revenue,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowNode {
    /// `source_` and a group of touchpoint kinds or `none`; a stage; or `revenue`.
    pub id: String,
    pub kind: NodeKind,
    pub zh: String,
    pub en: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowLink {
    pub from: String,
    pub to: String,
    pub persons: i64,
    /// Revenue of the last 90 days; null where the link carries people, not money.
    pub value_fen: Option<Fen>,
    /// A flow that returns: repurchase, referral.
    pub back: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flow {
    pub nodes: Vec<FlowNode>,
    pub links: Vec<FlowLink>,
}

/// People whose way in is not known.
pub const UNKNOWN: &str = "none";
const REFERRAL: &str = "referral";

const STAGE_NAMES: [(&str, &str); 6] = [
    ("潜客", "Prospect"),
    ("新客", "New"),
    ("首单", "First order"),
    ("复购", "Repurchase"),
    ("沉默", "Silent"),
    ("流失", "Churned"),
];

/// The group a person came by: that of their touchpoint; without one, a friend; else unknown.
struct Sources {
    groups: HashMap<TouchpointId, &'static str>,
    /// Places of persons whom a friend brought.
    referred: HashSet<usize>,
}

impl Sources {
    fn of(tx: &mut Tx, brand: BrandId, persons: &Persons) -> Result<Sources> {
        let touchpoints: Vec<(TouchpointId, String)> =
            tx.all("select id, kind from touchpoint where brand_id = $1", params![brand])?;
        let groups = touchpoints.into_iter().filter_map(|(id, kind)| Some((id, origin::kind(&kind)?.group))).collect();
        let bound: Vec<i64> =
            tx.all("select person_id from binding where brand_id = $1 and kind = 'promoter' and to_at is null", params![brand])?;
        Ok(Sources { groups, referred: bound.into_iter().filter_map(|id| persons.at(id)).collect() })
    }

    fn group(&self, touchpoint: Option<TouchpointId>, place: usize) -> &'static str {
        match touchpoint.and_then(|t| self.groups.get(&t)) {
            Some(group) => group,
            None if self.referred.contains(&place) => REFERRAL,
            None => UNKNOWN,
        }
    }
}

fn source(group: &str) -> String {
    format!("source_{group}")
}

/// Builds the picture from persons and the orders of the season.
pub fn of(tx: &mut Tx, brand: BrandId, persons: &Persons, season: &[Order]) -> Result<Flow> {
    let sources = Sources::of(tx, brand, persons)?;
    let mut inflow: BTreeMap<(&str, usize), i64> = BTreeMap::new();
    for (place, p) in persons.list.iter().enumerate() {
        *inflow.entry((sources.group(p.touchpoint, place), p.stage as usize)).or_default() += 1;
    }
    let mut yields: [(HashSet<usize>, i64); 6] = Default::default();
    let (mut again, mut brought) = ((HashSet::new(), 0), (HashSet::new(), 0));
    for o in season {
        let p = &persons.list[o.person];
        let of_stage = &mut yields[p.stage as usize];
        of_stage.0.insert(o.person);
        of_stage.1 += o.kept();
        if o.stands && p.first_order_at.is_some_and(|first| o.paid_at > first) {
            again.0.insert(o.person);
            again.1 += o.kept();
        }
        if sources.referred.contains(&o.person) {
            brought.0.insert(o.person);
            brought.1 += o.kept();
        }
    }
    let mut links = vec![];
    let mut link = |from: String, to: &str, persons: i64, value: Option<i64>, back: bool| {
        links.push(FlowLink { from, to: to.to_string(), persons, value_fen: value.map(Fen), back });
    };
    for ((group, stage), n) in &inflow {
        link(source(group), Stage::ALL[*stage].code(), *n, None, false);
    }
    for (stage, (buyers, value)) in Stage::ALL.iter().zip(&yields) {
        if !buyers.is_empty() {
            link(stage.code().to_string(), "revenue", buyers.len() as i64, Some(*value), false);
        }
    }
    if !again.0.is_empty() {
        link("revenue".into(), Stage::Repurchase.code(), again.0.len() as i64, Some(again.1), true);
    }
    let referral = !sources.referred.is_empty();
    if referral {
        link("revenue".into(), &source(REFERRAL), sources.referred.len() as i64, Some(brought.1), true);
    }
    Ok(Flow { nodes: nodes(&inflow, referral), links })
}

/// The sources that somebody came by, in the order of the registry, the stages, the revenue.
fn nodes(inflow: &BTreeMap<(&str, usize), i64>, referral: bool) -> Vec<FlowNode> {
    let node = |id: String, kind, zh: &str, en: &str| FlowNode { id, kind, zh: zh.to_string(), en: en.to_string() };
    let used = |group: &str| inflow.keys().any(|(g, _)| *g == group) || (referral && group == REFERRAL);
    let mut nodes: Vec<FlowNode> = vec![];
    for k in origin::KINDS.iter() {
        if used(k.group) && !nodes.iter().any(|n| n.id == source(k.group)) {
            nodes.push(node(source(k.group), NodeKind::Source, k.group_zh, k.group_en));
        }
    }
    if used(UNKNOWN) {
        nodes.push(node(source(UNKNOWN), NodeKind::Source, "来源不明", "Unknown"));
    }
    for (stage, (zh, en)) in Stage::ALL.iter().zip(STAGE_NAMES) {
        nodes.push(node(stage.code().to_string(), NodeKind::Stage, zh, en));
    }
    nodes.push(node("revenue".into(), NodeKind::Revenue, "近 90 天收入", "Revenue, 90 days"));
    nodes
}
