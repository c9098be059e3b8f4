//! What rules can speak of: attributes, events and their properties, tags, as they occur.
use super::Pools;
use crate::segment::rule::{FIGURES, GUIDE, Kind};
use axum::Extension;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use utoipa::ToSchema;
use weir_ground::base::Result;
use weir_ground::http::{Answer, Said};
use weir_keep::{May, Staff};
use weir_lake::{Column, Lake, State};

/// Something that can be chosen, and how often it occurs.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldValue {
    pub value: String,
    pub count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AttributeField {
    pub key: String,
    pub zh: String,
    pub en: String,
    /// `text`, `number`, `money`, `date` (an instant or civil day), `bool` or `enum`
    pub kind: &'static str,
    /// The most frequent values of words.
    pub values: Vec<FieldValue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PropField {
    pub key: String,
    /// `text` or `number`
    pub kind: &'static str,
    pub values: Vec<FieldValue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EventField {
    pub name: String,
    pub count: i64,
    pub props: Vec<PropField>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TagField {
    pub tag: String,
    pub count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StageField {
    pub stage: String,
    pub count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentField {
    pub purpose: String,
    pub channel: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Fields {
    pub attributes: Vec<AttributeField>,
    pub events: Vec<EventField>,
    pub tags: Vec<TagField>,
    pub stages: Vec<StageField>,
    pub consents: Vec<ConsentField>,
    pub identities: Vec<String>,
    /// Are there cut points for RFM scores?
    pub rfm: bool,
}

/// Names of the built-in columns.
pub const LABELS: &[(&str, &str, &str)] = &[
    ("gender", "性别", "Gender"),
    ("birthday", "生日", "Birthday"),
    ("age_band", "年龄段", "Age band"),
    ("income_band", "收入段", "Income band"),
    ("region", "地区", "Region"),
    ("education", "学历", "Education"),
    ("household_size", "家庭人数", "Household size"),
    ("household_comp", "家庭结构", "Household composition"),
    ("home_ownership", "住房", "Home ownership"),
    ("marital_status", "婚姻状况", "Marital status"),
    ("kids_count", "子女数", "Children"),
    ("occupation", "职业", "Occupation"),
    ("orders", "订单数", "Orders"),
    ("paid", "累计支付", "Paid in all"),
    ("net", "净消费", "Net spend"),
    ("first_order_at", "首单时间", "First order"),
    ("last_order_at", "最近下单时间", "Last order"),
    ("joined_at", "入池时间", "Joined"),
    ("created_at", "首次出现时间", "First seen"),
];

/// The names of a column in both languages; its key where it has none.
pub fn label(key: &str) -> (String, String) {
    let found = LABELS.iter().find(|l| l.0 == key);
    found.map_or((key.to_string(), key.to_string()), |l| (l.1.to_string(), l.2.to_string()))
}

/// Columns that rules reach by conditions of their own.
pub fn is_inner(key: &str) -> bool {
    matches!(key, "stage" | "stage_since" | "touchpoint" | "store" | GUIDE) || key.starts_with("consent.")
}

/// Values shown of each.
const VALUES: usize = 50;

/// Words of a column by how many persons have them.
pub fn spread(state: &State, column: usize) -> Vec<FieldValue> {
    let Column::Words { codes, dict } = state.people.at(column) else { return vec![] };
    let mut counts = vec![0i64; dict.len()];
    for (s, code) in codes.iter().enumerate() {
        if *code != 0 && state.people.is_root(s as u32) {
            counts[*code as usize] += 1;
        }
    }
    let mut out: Vec<FieldValue> = (1..counts.len())
        .filter(|c| counts[*c] > 0)
        .map(|c| FieldValue { value: dict.word(c as u32).to_string(), count: counts[c] })
        .collect();
    out.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    out
}

fn attributes(state: &State, labels: &HashMap<String, (String, String)>) -> Vec<AttributeField> {
    let mut out = vec![];
    for (i, (key, column)) in state.people.columns().enumerate() {
        if is_inner(key) {
            continue;
        }
        let (zh, en) = labels.get(key).cloned().unwrap_or_else(|| label(key));
        let figure = FIGURES.iter().find(|f| f.0 == key).map(|f| f.1);
        let kind = match (column, figure) {
            (_, Some(Kind::Number)) if matches!(key, "paid" | "net") => "money",
            (_, Some(Kind::Number)) => "number",
            (Column::Numbers(_), _) => "date",
            _ => "enum",
        };
        let mut values = spread(state, i);
        let kind = if kind == "enum" && values.len() > VALUES { "text" } else { kind };
        values.truncate(VALUES);
        out.push(AttributeField { key: key.to_string(), zh, en, kind, values });
    }
    out
}

/// Persons looked at for the values of properties.
const LOOK_AT: u32 = 4000;

type Seen = (Vec<i64>, HashMap<(u16, u16), HashMap<u32, i64>>);

fn events(lake: &Lake) -> Vec<EventField> {
    let every = (lake.read().people.len() as u32 / LOOK_AT).max(1);
    let folded = lake.fold(
        &AtomicBool::new(false),
        || -> Seen { (vec![0; 1 << 16], HashMap::new()) },
        |(names, props), _, root, v| {
            v.name.iter().for_each(|n| names[*n as usize] += 1);
            if root % every != 0 || v.props.is_empty() {
                return;
            }
            for row in 0..v.len() {
                for i in v.props[row] as usize..v.props[row + 1] as usize {
                    *props.entry((v.name[row], v.keys[i])).or_default().entry(v.vals[i]).or_default() += 1;
                }
            }
        },
        |a, b| {
            a.0.iter_mut().zip(b.0).for_each(|(x, y)| *x += y);
            for (key, values) in b.1 {
                let all = a.1.entry(key).or_default();
                values.into_iter().for_each(|(v, n)| *all.entry(v).or_default() += n);
            }
        },
    );
    let Some((names, props)) = folded else { return vec![] };
    let state = lake.read();
    let mut by_name: BTreeMap<u16, Vec<PropField>> = BTreeMap::new();
    for ((name, key), values) in props {
        let number = values.keys().all(|v| !state.words.values.number(*v).is_nan());
        let mut values: Vec<FieldValue> = values
            .into_iter()
            .map(|(v, count)| FieldValue { value: state.words.values.word(v).to_string(), count })
            .collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values.truncate(20);
        let key = state.words.keys.word(key as u32).to_string();
        by_name.entry(name).or_default().push(PropField { key, kind: if number { "number" } else { "text" }, values });
    }
    let mut out: Vec<EventField> = (2..names.len())
        .filter(|n| names[*n] > 0)
        .map(|n| {
            let mut props = by_name.remove(&(n as u16)).unwrap_or_default();
            props.sort_by(|a, b| a.key.cmp(&b.key));
            EventField { name: state.words.names.word(n as u32).to_string(), count: names[n], props }
        })
        .collect();
    out.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    out
}

/// What rules can speak of.
#[utoipa::path(get, path = "/api/v1/segment-fields", tag = "know", responses((status = 200, body = Fields)))]
pub async fn segment_fields(Extension(live): Pools, who: Staff) -> Answer<Said> {
    who.need(May::MeasureRead)?;
    let pool = live.pool(who.brand)?;
    if let Some(kept) = pool.fields.fresh() {
        return Ok(Said(kept.to_string()));
    }
    let (terms, inside) = (pool.terms(), pool.clone());
    let rfm = terms.rfm.is_some();
    let fields = tokio::task::spawn_blocking(move || -> Result<Fields> {
        let events = events(&pool.lake);
        let state = pool.read();
        let stages = state.people.column("stage").map(|c| spread(&state, c)).unwrap_or_default();
        let mut tags: Vec<TagField> = state
            .people
            .marks
            .iter()
            .filter_map(|(m, who)| m.strip_prefix("tag.").map(|t| TagField { tag: t.to_string(), count: who.len() as i64 }))
            .filter(|t| t.count > 0)
            .collect();
        tags.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.tag.cmp(&b.tag)));
        let pairs = crate::consent::PURPOSES.iter().flat_map(|p| {
            crate::consent::CHANNELS.iter().map(move |c| ConsentField { purpose: p.to_string(), channel: c.to_string() })
        });
        Ok(Fields {
            attributes: attributes(&state, &terms.labels),
            events,
            tags,
            stages: stages.into_iter().map(|s| StageField { stage: s.value, count: s.count }).collect(),
            consents: pairs.collect(),
            identities: crate::identity::kinds::KINDS.iter().map(|k| k.code.to_string()).collect(),
            rfm,
        })
    })
    .await
    .map_err(weir_ground::base::Problem::internal)??;
    let text = serde_json::to_string(&fields).map_err(weir_ground::base::Problem::internal)?;
    inside.fields.keep(&text);
    Ok(Said(text))
}

/// The last answer, given again for a while: what can be chosen changes slowly, and making it looks at
/// every event.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<(Instant, Arc<str>)>>);

const WHILE: Duration = Duration::from_secs(20);

impl Kept {
    fn fresh(&self) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        kept.as_ref().filter(|k| k.0.elapsed() < WHILE).map(|k| k.1.clone())
    }
    fn keep(&self, text: &str) {
        *self.0.lock().unwrap_or_else(|e| e.into_inner()) = Some((Instant::now(), text.into()));
    }
}
