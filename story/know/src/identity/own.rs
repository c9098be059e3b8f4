//! What each subject brings by itself, and the person as the fold over its subjects (K8).
//!
//! A subject that is alone or was merged into another keeps its own values in its row of `person`.
//! A root with others behind it shows the fold in that row, and its own values lie in `person_own`.
//! Everybody writes to *one subject*, through [`edit`]; nobody writes to a fold. So taking persons
//! apart again needs no arithmetic: the own values are still there, and what remains is folded anew.
use crate::attribute::sources::Orders;
use crate::stage::{self, Rules};
use std::sync::LazyLock;
use weir_ground::base::{Ms, Problem, Result};
use weir_ground::db::row::FromRow;
use weir_ground::db::{Column, Engine, Ref};
use weir_ground::event::PersonId;
use weir_ground::{Row, Tx, Value, params};

/// How the values of several subjects become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// The first that is there: the root's, then that of known ones, then that of older ones.
    First,
    /// Of the subject that was there first.
    Oldest,
    Sum,
    Least,
    Most,
    /// Attribute by attribute the word that counts most (K11), and whose word it is.
    Attributes,
    AttributesSaid,
    /// Computed from the others.
    Derived,
}

/// Every column of `person` that a subject has of its own. The rest (`id`, `brand_id`, `root_id`,
/// `merged`, `created_at`) says which row it is; a test compares this list with the schema.
pub const COLUMNS: &[(&str, Fold)] = &[
    ("name", Fold::First),
    ("phone", Fold::First),
    ("email", Fold::First),
    ("phone_index", Fold::First),
    ("phone_tail", Fold::First),
    ("email_index", Fold::First),
    ("portrait", Fold::Attributes),
    ("portrait_said", Fold::AttributesSaid),
    ("stage", Fold::Derived),
    ("stage_since", Fold::Derived),
    ("known", Fold::Most),
    ("joined_at", Fold::Least),
    ("touchpoint_id", Fold::Oldest),
    ("store_id", Fold::First),
    ("guide_id", Fold::First),
    ("orders", Fold::Sum),
    ("paid", Fold::Sum),
    ("refunded", Fold::Sum),
    ("first_order_at", Fold::Least),
    ("last_order_at", Fold::Most),
    ("last_seen_at", Fold::Most),
    ("simulated", Fold::Most),
];

static NAMES: LazyLock<String> = LazyLock::new(|| COLUMNS.iter().map(|c| c.0).collect::<Vec<_>>().join(", "));

/// Where a subject stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub root: PersonId,
    /// There are several subjects of this person.
    pub merged: bool,
}
weir_ground::from_row!(Place { root, merged });

/// Where a subject stands, held until the end of the transaction: a merge waits for the edit.
pub fn place(tx: &mut Tx, subject: PersonId) -> Result<Place> {
    let found = match tx.engine() {
        Engine::Sqlite => tx.opt("select root_id, merged from person where id = $1", params![subject])?,
        Engine::Postgres => tx.opt("select root_id, merged from person where id = $1 for update", params![subject])?,
    };
    found.ok_or_else(|| Problem::not_found("person"))
}

/// Runs an edit of a subject's row: inside, the row has the subject's own values; afterwards the
/// person is folded anew. The caller refreshes the person's stage.
pub fn edit<T>(tx: &mut Tx, subject: PersonId, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
    let place = place(tx, subject)?;
    edit_at(tx, subject, place, f)
}

/// [`edit`] of a subject whose place was just looked up.
pub fn edit_at<T>(tx: &mut Tx, subject: PersonId, place: Place, f: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
    if !place.merged {
        return f(tx);
    }
    if tx.engine() == Engine::Postgres {
        // Two subjects of one person, edited at once, would both fold without the other's news.
        let _: i64 = tx.one("select 1 from person where id = $1 for update", params![place.root])?;
    }
    let (mut rules, is_root) = (Rules::default(), place.root == subject);
    if is_root {
        show_own(tx, subject)?;
    }
    let out = f(tx)?;
    stage::settle(tx, subject, if is_root { stage::OWN } else { stage::TIMER }, &mut rules)?;
    if is_root {
        keep_own(tx, subject)?;
    }
    refold(tx, place.root)?;
    Ok(out)
}

fn show_own(tx: &mut Tx, root: PersonId) -> Result<()> {
    let sql = format!("update person set ({0}) = (select {0} from person_own where person_id = $1) where id = $1", *NAMES);
    tx.exec(&sql, params![root])?;
    Ok(())
}

fn keep_own(tx: &mut Tx, root: PersonId) -> Result<()> {
    let sql = format!("update person_own set ({0}) = (select {0} from person where id = $1) where person_id = $1", *NAMES);
    tx.exec(&sql, params![root])?;
    Ok(())
}

/// The subject gets others behind it: its own values and its timer move aside.
pub(super) fn assemble(tx: &mut Tx, root: PersonId) -> Result<()> {
    let sql = format!("insert into person_own (person_id, {0}) select id, {0} from person where id = $1", *NAMES);
    tx.exec(&sql, params![root])?;
    tx.exec("update person set merged = 1 where id = $1", params![root])?;
    move_timer(tx, root, stage::TIMER, stage::OWN)
}

/// The row of a root shows its own values again, and its own timer is the one that counts.
pub(super) fn dissolve(tx: &mut Tx, root: PersonId) -> Result<()> {
    show_own(tx, root)?;
    tx.exec("delete from person_own where person_id = $1", params![root])?;
    tx.exec("update person set merged = 0 where id = $1", params![root])?;
    tx.clear_timer(stage::TIMER, root.n())?;
    move_timer(tx, root, stage::OWN, stage::TIMER)
}

fn move_timer(tx: &mut Tx, subject: PersonId, from: &str, to: &str) -> Result<()> {
    tx.exec("update timer set kind = $1 where kind = $2 and key = $3", params![to, from, subject])?;
    Ok(())
}

/// One subject's own values, in the order of [`COLUMNS`].
struct Own {
    id: PersonId,
    known: i64,
    created_at: Ms,
    values: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
}

impl Cell {
    fn int(&self) -> Option<i64> {
        match self {
            Cell::Int(n) => Some(*n),
            _ => None,
        }
    }
    fn value(&self) -> Value<'_> {
        match self {
            Cell::Null => Value::Null,
            Cell::Int(n) => Value::Int(*n),
            Cell::Text(t) => Value::Text(t),
        }
    }
}

impl Column for Cell {
    fn read(v: Ref<'_>) -> Result<Cell> {
        Ok(match v {
            Ref::Null => Cell::Null,
            Ref::Int(n) => Cell::Int(n),
            Ref::Text(t) => Cell::Text(t.to_string()),
            other => return Err(Problem::internal(format!("a person has no column of this kind: {other:?}"))),
        })
    }
}

impl FromRow for Own {
    fn from_row(row: &Row<'_>) -> Result<Own> {
        let values = (0..COLUMNS.len()).map(|i| row.get(i + 3)).collect::<Result<_>>()?;
        Ok(Own { id: row.get(0)?, known: row.get(1)?, created_at: row.get(2)?, values })
    }
}

/// Writes the fold over all subjects into the row of their root; the stage is not touched.
pub(super) fn refold(tx: &mut Tx, root: PersonId) -> Result<()> {
    let own: Vec<&str> = COLUMNS.iter().map(|c| c.0).collect();
    let of = |row: &str| own.iter().map(|c| format!("{row}.{c}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select p.id, p.known, p.created_at, {} from person p where p.root_id = $1 and p.id <> $1 \
         union all select r.id, o.known, r.created_at, {} from person_own o join person r on r.id = o.person_id where o.person_id = $1",
        of("p"),
        of("o")
    );
    let mut subjects: Vec<Own> = tx.all(&sql, params![root])?;
    let orders = crate::attribute::orders(tx, root)?;
    subjects.sort_by_key(|s| (s.id != root, -s.known, s.created_at, s.id));
    let (mut sets, mut values) = (vec![], vec![]);
    for (at, (name, how)) in COLUMNS.iter().enumerate() {
        if *how != Fold::Derived {
            values.push(fold(&subjects, at, *how, &orders)?);
            sets.push(format!("{name} = ${}", values.len()));
        }
    }
    let mut params: Vec<Value<'_>> = values.iter().map(Cell::value).collect();
    params.push(root.into());
    tx.exec(&format!("update person set {} where id = ${}", sets.join(", "), params.len()), &params)?;
    Ok(())
}

/// Folds a merged person anew because other words count now; answers whether it shows others.
pub(crate) fn refold_words(tx: &mut Tx, root: PersonId) -> Result<bool> {
    let at = place(tx, root)?;
    if !at.merged || at.root != root {
        return Ok(false);
    }
    let shown = |tx: &mut Tx| tx.one::<(String, String)>("select portrait, portrait_said from person where id = $1", params![root]);
    let before = shown(tx)?;
    refold(tx, root)?;
    Ok(before != shown(tx)?)
}

fn fold(subjects: &[Own], at: usize, how: Fold, orders: &Orders) -> Result<Cell> {
    let cells = || subjects.iter().map(|s| &s.values[at]);
    let ints = || cells().filter_map(Cell::int);
    let first = |mut some: Vec<&Own>| {
        some.retain(|s| s.values[at] != Cell::Null);
        some.first().map_or(Cell::Null, |s| s.values[at].clone())
    };
    let one = |n: Option<i64>| n.map_or(Cell::Null, Cell::Int);
    Ok(match how {
        Fold::First | Fold::Derived => first(subjects.iter().collect()),
        Fold::Oldest => {
            let mut by_age: Vec<&Own> = subjects.iter().collect();
            by_age.sort_by_key(|s| (s.created_at, s.id));
            first(by_age)
        }
        Fold::Sum => Cell::Int(ints().sum()),
        Fold::Least => one(ints().min()),
        Fold::Most => one(ints().max()),
        Fold::Attributes | Fold::AttributesSaid => {
            let of = |how: Fold| COLUMNS.iter().position(|c| c.1 == how);
            let (values, saids) = of(Fold::Attributes).zip(of(Fold::AttributesSaid)).unwrap_or_default();
            let words: Vec<_> = subjects
                .iter()
                .map(|s| match (&s.values[values], &s.values[saids]) {
                    (Cell::Text(portrait), Cell::Text(said)) => crate::attribute::parts(portrait, said),
                    _ => Ok(Default::default()),
                })
                .collect::<Result<_>>()?;
            let (portrait, said) = crate::attribute::fold(&words, orders);
            let text = if how == Fold::Attributes { serde_json::to_string(&portrait) } else { serde_json::to_string(&said) };
            Cell::Text(text.map_err(Problem::internal)?)
        }
    })
}
