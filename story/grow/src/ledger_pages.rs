//! The books, as people read them: accounts by kind, and entries.
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, ids};
use weir_ground::http::{Answer, App, Json, List, Page, Query};
use weir_ground::params;
use weir_keep::{May, Staff};

/// Accounts of one kind, summed: one row for all persons' pending commission, and so on.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountRow {
    /// `clearing:test`, `rev:sales`, `liab:commission:pending`, …
    pub code: String,
    pub name_zh: &'static str,
    pub name_en: &'static str,
    /// `debit` or `credit`: the side on which it grows.
    pub side: String,
    /// How many accounts are in it.
    pub accounts: i64,
    pub balance_fen: Fen,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Books {
    /// Every posting and every live balance was recomputed for this answer.
    pub balanced: bool,
    /// What does not add up, in words; empty when all is well.
    pub broken: Vec<String>,
    pub accounts: Vec<AccountRow>,
}

const NAMES: &[(&str, &str, &str)] = &[
    ("clearing", "待结算款", "Paid, not settled yet"),
    ("rev:sales", "商品销售收入", "Sales"),
    ("rev:freight", "运费收入", "Freight"),
    ("contra:refund", "退款冲减", "Refunds"),
    ("liab:refund", "退款在途", "Refunds on their way"),
    ("liab:commission:pending", "待结算佣金", "Commission pending"),
    ("liab:commission:payable", "可提现佣金", "Commission payable"),
    ("recv:commission", "应收回佣金", "Commission to take back"),
    ("exp:commission", "佣金支出", "Commission expense"),
    ("liab:suspense", "待查款项", "Payments to look into"),
];

/// The kind of an account: its code without the holder.
fn family(code: &str) -> (&'static str, &'static str, &'static str) {
    let fits = |f: &&(&'static str, &'static str, &'static str)| code == f.0 || code.starts_with(&format!("{}:", f.0));
    NAMES.iter().find(fits).copied().unwrap_or(("other", "其他", "Other"))
}

/// The books of the brand.
#[utoipa::path(get, path = "/api/v1/ledger", tag = "grow", responses((status = 200, body = Books)))]
pub async fn ledger(State(app): State<App>, who: Staff) -> Answer<Json<Books>> {
    who.need(May::LedgerRead)?;
    let books = app
        .db
        .read(move |tx| {
            let broken = weir_ledger::audit(tx)?;
            let rows: Vec<(String, String, Option<Fen>)> = tx.all(
                "select a.code, a.side, sum(e.debit - e.credit) from account a left join entry e on e.account_id = a.id \
                 where a.brand_id = $1 group by a.code, a.side",
                params![who.brand],
            )?;
            let mut kinds: BTreeMap<&'static str, AccountRow> = BTreeMap::new();
            for (code, side, net) in rows {
                let (kind, name_zh, name_en) = family(&code);
                let net = net.unwrap_or_default();
                let own = if side == "debit" { net } else { -net };
                let row = kinds.entry(kind).or_insert_with(|| AccountRow {
                    code: kind.to_string(),
                    name_zh,
                    name_en,
                    side,
                    accounts: 0,
                    balance_fen: Fen::ZERO,
                });
                row.accounts += 1;
                row.balance_fen += own;
            }
            Ok(Books { balanced: broken.is_empty(), broken, accounts: kinds.into_values().collect() })
        })
        .await?;
    Ok(Json(books))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EntryRow {
    pub id: ids::PostingId,
    /// The business key of the posting, such as `order:ord_…:paid`.
    pub key: String,
    pub at: Ms,
    pub account: String,
    pub debit_fen: Fen,
    pub credit_fen: Fen,
    pub balance_after_fen: Option<Fen>,
    #[serde(skip)]
    n: i64,
}
weir_ground::from_row!(EntryRow { id, key, at, account, debit_fen, credit_fen, balance_after_fen, n });

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindEntries {
    /// The beginning of account codes, such as `liab:commission:pending`.
    pub account: Option<String>,
}

/// Entries, newest first.
#[utoipa::path(get, path = "/api/v1/ledger/entries", tag = "grow", params(FindEntries, Page), responses((status = 200, body = List<EntryRow>)))]
pub async fn entries(
    State(app): State<App>,
    who: Staff,
    Query(find): Query<FindEntries>,
    Query(page): Query<Page>,
) -> Answer<Json<List<EntryRow>>> {
    who.need(May::LedgerRead)?;
    let (limit, [posting, n]) = (page.limit()?, page.after([i64::MAX, i64::MAX])?);
    let account = find.account.filter(|a| !a.is_empty());
    if account.as_ref().is_some_and(|a| a.contains(['%', '\0']) || a.len() > 100) {
        return Err(Problem::field("account", "use the beginning of an account code").into());
    }
    let list = app
        .db
        .read(move |tx| {
            let like = account.as_ref().map(|a| format!("{a}%"));
            let items = tx.all(
                "select p.id, p.key, p.at, a.code, e.debit, e.credit, e.balance_after, e.n from entry e join posting p on p.id = e.posting_id \
                 join account a on a.id = e.account_id where p.brand_id = $1 and (cast($2 as text) is null or a.code like $2) \
                 and (e.posting_id, e.n) < ($3, $4) order by e.posting_id desc, e.n desc limit $5",
                params![who.brand, &like, posting, n, limit + 1],
            )?;
            Ok(List::page(items, limit, |e: &EntryRow| format!("{}.{}", e.id.n(), e.n)))
        })
        .await?;
    Ok(Json(list))
}
