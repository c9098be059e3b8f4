//! All touchpoints with what they bring, side by side and in any order.
use super::http::{FindTouchpoints, OwnerRef};
use super::{TouchpointId, cost};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use weir_ground::base::ids::{LiveCodeId, StaffId};
use weir_ground::base::{Fen, Ms, Problem, Result};
use weir_ground::event::StoreId;
use weir_ground::http::{List, Page};
use weir_ground::{Row, Tx, Value, db::row::FromRow, params};
use weir_keep::store::StoreRef;
use weir_keep::{Staff, brand};

/// A touchpoint and its figures up to now; the words mean what they mean in its funnel.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TouchpointRow {
    pub id: TouchpointId,
    pub code: String,
    pub kind: String,
    pub name: String,
    pub status: String,
    pub store: Option<StoreRef>,
    pub owner: Option<OwnerRef>,
    pub live_code_id: Option<LiveCodeId>,
    pub created_at: Ms,
    pub visits: i64,
    pub machines: i64,
    /// Persons whom it brought first.
    pub people: i64,
    pub followed: i64,
    pub joined: i64,
    pub first_order: i64,
    pub repurchase: i64,
    pub cost_fen: Fen,
    pub revenue_fen: Fen,
    /// Cost ÷ persons whom it brought.
    pub cost_each_fen: Option<Fen>,
    /// Cost ÷ persons with an order that stands.
    pub cac_fen: Option<Fen>,
    pub roi_bp: Option<i64>,
}

impl FromRow for TouchpointRow {
    fn from_row(r: &Row<'_>) -> Result<TouchpointRow> {
        let (store, store_name): (Option<StoreId>, Option<String>) = (r.get(5)?, r.get(6)?);
        let (owner, owner_name): (Option<StaffId>, Option<String>) = (r.get(7)?, r.get(8)?);
        Ok(TouchpointRow {
            id: r.get(0)?,
            code: r.get(1)?,
            kind: r.get(2)?,
            name: r.get(3)?,
            status: r.get(4)?,
            store: store.zip(store_name).map(|(id, name)| StoreRef { id, name }),
            owner: owner.zip(owner_name).map(|(id, name)| OwnerRef { id, name }),
            live_code_id: r.get(9)?,
            created_at: r.get(10)?,
            visits: r.get(11)?,
            machines: r.get(12)?,
            people: 0,
            followed: 0,
            joined: 0,
            first_order: 0,
            repurchase: 0,
            cost_fen: Fen::ZERO,
            revenue_fen: Fen::ZERO,
            cost_each_fen: None,
            cac_fen: None,
            roi_bp: None,
        })
    }
}

/// By what the table is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TouchpointSort {
    #[default]
    Created,
    Name,
    Visits,
    Machines,
    People,
    Followed,
    Joined,
    FirstOrder,
    Repurchase,
    Cost,
    Revenue,
    CostEach,
    Cac,
    Roi,
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SortTouchpoints {
    /// `created` when absent.
    #[param(value_type = Option<TouchpointSort>)]
    pub sort: Option<TouchpointSort>,
    /// The smallest first.
    pub up: Option<bool>,
}

/// A page of the table. Rows without the figure come last, whatever the direction.
pub fn table(tx: &mut Tx, who: &Staff, find: &FindTouchpoints, sort: &SortTouchpoints, page: &Page) -> Result<List<TouchpointRow>> {
    let (limit, [from]) = (page.limit()?, page.after([0])?);
    let mut rows = all(tx, who, find)?;
    let (by, up) = (sort.sort.unwrap_or_default(), sort.up.unwrap_or(false));
    rows.sort_by(|a, b| {
        if by == TouchpointSort::Name {
            let order = a.name.cmp(&b.name);
            return if up { order } else { order.reverse() };
        }
        match (figure(a, by), figure(b, by)) {
            (Some(a), Some(b)) if up => a.cmp(&b),
            (Some(a), Some(b)) => b.cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    });
    let total = rows.len() as i64;
    let next = from.saturating_add(limit);
    let items: Vec<TouchpointRow> = rows.into_iter().skip(from.max(0) as usize).take(limit as usize).collect();
    Ok(List { items, next: (next < total).then(|| next.to_string()), total: Some(total) })
}

fn figure(t: &TouchpointRow, by: TouchpointSort) -> Option<i64> {
    use TouchpointSort as S;
    match by {
        S::Created | S::Name => Some(t.id.n()),
        S::Visits => Some(t.visits),
        S::Machines => Some(t.machines),
        S::People => Some(t.people),
        S::Followed => Some(t.followed),
        S::Joined => Some(t.joined),
        S::FirstOrder => Some(t.first_order),
        S::Repurchase => Some(t.repurchase),
        S::Cost => Some(t.cost_fen.0),
        S::Revenue => Some(t.revenue_fen.0),
        S::CostEach => t.cost_each_fen.map(|f| f.0),
        S::Cac => t.cac_fen.map(|f| f.0),
        S::Roi => t.roi_bp,
    }
}

/// Touchpoints beyond this are not shown in one table.
const MOST: i64 = 20_000;

/// Every touchpoint that is asked for, with its figures, newest first.
pub fn all(tx: &mut Tx, who: &Staff, find: &FindTouchpoints) -> Result<Vec<TouchpointRow>> {
    let text = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_string);
    let (code, kind) = (text(&find.q), text(&find.kind));
    if [&code, &kind].iter().any(|t| t.as_deref().is_some_and(|t| t.contains('\0'))) {
        return Err(Problem::field("q", "remove the zero byte"));
    }
    let q = code.as_ref().map(|q| format!("%{q}%"));
    let sql = format!(
        "select t.id, t.code, t.kind, t.name, t.status, s.id, s.name, f.id, f.name, c.id, t.created_at, t.visits, \
         (select cast(coalesce(sum(m.hits), 0) as bigint) from touchpoint_machine m where m.touchpoint_id = t.id) \
         from touchpoint t left join store s on s.id = t.store_id left join staff f on f.id = t.owner_id \
         left join live_code c on c.touchpoint_id = t.id where t.brand_id = $1 \
         and (cast($2 as text) is null or t.name {} $2 or t.code = $3) and (cast($4 as text) is null or t.kind = $4) \
         and (cast($5 as bigint) is null or t.store_id = $5){} order by t.id desc limit $6",
        tx.engine().like(),
        who.within("t.store_id")
    );
    let given: Vec<Value<'_>> =
        vec![who.brand.into(), (&q).into(), (&code).into(), (&kind).into(), find.store.into(), Value::Int(MOST)];
    let mut rows: Vec<TouchpointRow> = tx.all(&sql, &given)?;
    let brought = brought(tx, who)?;
    let followed: Vec<(TouchpointId, i64)> = tx.all(
        "select p.touchpoint_id, count(distinct p.id) from live_reservation r join person x on x.id = r.person_id \
         join person p on p.id = x.root_id where r.brand_id = $1 and r.state = 'added' and p.touchpoint_id is not null group by p.touchpoint_id",
        params![who.brand],
    )?;
    let followed: HashMap<TouchpointId, i64> = followed.into_iter().collect();
    let today = brand::get(tx, who.brand)?.zone()?.day(tx.now());
    let costs = cost::costs_to_date(tx, who.brand, today)?;
    for t in &mut rows {
        if let Some(b) = brought.get(&t.id) {
            (t.people, t.joined, t.first_order, t.repurchase, t.revenue_fen) = *b;
        }
        t.followed = followed.get(&t.id).copied().unwrap_or(0);
        t.cost_fen = costs.get(&t.id).copied().unwrap_or_default();
        let (cost, revenue) = (t.cost_fen.0, t.revenue_fen.0);
        t.cost_each_fen = (cost > 0 && t.people > 0).then(|| Fen(cost / t.people));
        t.cac_fen = (cost > 0 && t.first_order > 0).then(|| Fen(cost / t.first_order));
        t.roi_bp = (cost > 0).then(|| ((revenue - cost) as i128 * 10_000 / cost as i128) as i64);
    }
    Ok(rows)
}

/// People, joined, with an order, with two, and what they paid.
type Brought = (i64, i64, i64, i64, Fen);

fn brought(tx: &mut Tx, who: &Staff) -> Result<HashMap<TouchpointId, Brought>> {
    let rows: Vec<(TouchpointId, i64, i64, i64, i64, Fen)> = tx.all(
        "select p.touchpoint_id, count(*), count(p.joined_at), count(case when p.orders > 0 then 1 end), \
         count(case when p.orders > 1 then 1 end), cast(coalesce(sum(p.paid - p.refunded), 0) as bigint) \
         from person p where p.brand_id = $1 and p.root_id = p.id and p.touchpoint_id is not null group by p.touchpoint_id",
        params![who.brand],
    )?;
    Ok(rows.into_iter().map(|(id, a, b, c, d, e)| (id, (a, b, c, d, e))).collect())
}
