//! What the database knows of persons, read for the columns of the lake.
use crate::attribute::Said;
use crate::attribute::coverage::Marks;
use crate::segment::rule::{FIGURES, GUIDE, Kind};
use std::collections::BTreeMap;
use weir_ground::base::{Day, Ms, Problem, Result, ids};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Row, Tx, db::row::FromRow, params};
use weir_lake::{Column, People, Subject};

/// One person's row.
#[derive(Clone, Debug)]
pub struct Facts {
    pub id: PersonId,
    stage: String,
    touchpoint: Option<ids::TouchpointId>,
    store: Option<ids::StoreId>,
    guide: Option<ids::StaffId>,
    known: i64,
    /// As in [`FIGURES`], the birthday apart.
    figures: [Option<i64>; 8],
    portrait: String,
    portrait_said: String,
}

impl FromRow for Facts {
    fn from_row(r: &Row<'_>) -> Result<Facts> {
        let (paid, refunded): (i64, i64) = (r.get(6)?, r.get(7)?);
        Ok(Facts {
            id: r.get(0)?,
            stage: r.get(1)?,
            touchpoint: r.get(2)?,
            store: r.get(3)?,
            known: r.get(4)?,
            figures: [
                Some(r.get(5)?), Some(paid), Some(paid - refunded), r.get(8)?, r.get(9)?, r.get(10)?, Some(r.get(11)?),
                Some(r.get(12)?),
            ],
            portrait: r.get(13)?,
            portrait_said: r.get(14)?,
            guide: r.get(15)?,
        })
    }
}

const FACTS: &str = "select id, stage, touchpoint_id, store_id, known, orders, paid, refunded, first_order_at, last_order_at, \
    joined_at, created_at, stage_since, portrait, portrait_said, guide_id from person";

#[cfg(test)]
impl Facts {
    /// A row as the database would have it; figures in the order of [`FIGURES`].
    pub fn of(id: PersonId, stage: &str, guide: Option<ids::StaffId>, figures: [Option<i64>; 8], portrait: &str) -> Facts {
        let (stage, portrait, portrait_said) = (stage.into(), portrait.into(), "{}".into());
        Facts { id, stage, touchpoint: None, store: None, guide, known: 1, figures, portrait, portrait_said }
    }
}

/// What is to be read again of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(pub u8);

impl Parts {
    pub const ROW: Parts = Parts(1);
    pub const TAGS: Parts = Parts(2);
    pub const CONSENT: Parts = Parts(4);
    pub const IDENTITY: Parts = Parts(8);
    pub const BOUND: Parts = Parts(16);
    pub const SEALED: Parts = Parts(32);
    pub const ALL: Parts = Parts(63);
    pub fn has(self, other: Parts) -> bool {
        self.0 & other.0 != 0
    }
    pub fn and(self, other: Parts) -> Parts {
        Parts(self.0 | other.0)
    }
    /// What an event may have changed of its person.
    pub fn of(event: &str) -> Parts {
        match event {
            "person.created" | "person.merged" | "person.unmerged" => Parts::ALL,
            "person.tagged" | "person.untagged" => Parts::TAGS,
            "consent.set" => Parts::CONSENT,
            "person.guide_changed" => Parts::ROW,
            "order.paid" | "order.refunded" | "touchpoint.visited" => Parts::ROW,
            "buyer.signed_in" => Parts::ROW.and(Parts::IDENTITY),
            "person.changed" => Parts::ROW.and(Parts::IDENTITY).and(Parts::SEALED),
            name if name.starts_with("person.") => Parts::ROW.and(Parts::IDENTITY),
            name if name.starts_with("identity.") => Parts::IDENTITY,
            name if name.starts_with("binding.") => Parts::BOUND,
            "identify" | "alias" | "$identify" | "$SignUp" | "$BindID" | "$UnbindID" => Parts::ROW.and(Parts::IDENTITY),
            _ => Parts(0),
        }
    }
}

/// What was read of one person.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    pub row: Option<Facts>,
    pub tags: Option<Vec<String>>,
    pub consents: Option<Vec<(String, String, String)>>,
    pub kinds: Option<Vec<String>>,
    pub bound: Option<Vec<String>>,
    pub listed: Option<Vec<i64>>,
    /// Sealed attributes, and who said them when.
    pub sealed: Option<Vec<(String, Said)>>,
}

/// Reads parts of a person. `person` may be any subject; what is read is that of its root.
pub fn fresh(tx: &mut Tx, person: PersonId, parts: Parts) -> Result<Fresh> {
    let root: Option<PersonId> = tx.opt("select root_id from person where id = $1", params![person])?;
    let Some(root) = root else { return Ok(Fresh::default()) };
    let mut f = Fresh::default();
    if parts.has(Parts::ROW) {
        f.row = tx.opt(&format!("{FACTS} where id = $1"), params![root])?;
    }
    if parts.has(Parts::TAGS) {
        f.tags = Some(crate::tag::of(tx, root)?);
    }
    if parts.has(Parts::CONSENT) {
        f.consents = Some(crate::consent::of(tx, root)?.into_iter().map(|c| (c.purpose, c.channel, c.status)).collect());
    }
    if parts.has(Parts::IDENTITY) {
        f.kinds = Some(tx.all(
            "select distinct i.kind from identity i join person p on p.id = i.person_id where p.root_id = $1",
            params![root],
        )?);
    }
    if parts.has(Parts::BOUND) {
        f.bound = Some(tx.all(
            "select distinct b.kind from binding b join person p on p.id = b.person_id where p.root_id = $1 and b.to_at is null",
            params![root],
        )?);
    }
    if parts.has(Parts::SEALED) {
        f.sealed = Some(crate::attribute::sealed(tx, root)?.into_iter().map(|(key, _, said)| (key, said)).collect());
    }
    if parts == Parts::ALL {
        f.listed = Some(tx.all(
            "select distinct l.segment_id from segment_listed l join person p on p.id = l.person_id where p.root_id = $1",
            params![root],
        )?);
    }
    Ok(f)
}

/// Everybody of a brand, in one pass a table.
pub fn load(tx: &mut Tx, brand: BrandId, people: &mut People) -> Result<Columns> {
    let mut c = Columns::new(people);
    c.know_dates(people, &crate::attribute::dates(tx, brand)?);
    tx.each(&format!("{FACTS} where brand_id = $1 order by id"), params![brand], |r| {
        let facts = Facts::from_row(r)?;
        let s = people.subject(facts.id.n());
        c.row(people, s, &facts, &mut vec![])
    })?;
    tx.each("select id, root_id from person where brand_id = $1 and root_id <> id", params![brand], |r| {
        let (s, root) = (people.subject(r.get(0)?), people.subject(r.get(1)?));
        people.set_root(s, root);
        Ok(())
    })?;
    tx.each(
        "select p.root_id, g.tag from tag g join person p on p.id = g.person_id where g.brand_id = $1",
        params![brand],
        |r| {
            let (s, tag) = (people.subject(r.get(0)?), r.get::<String>(1)?);
            people.set_mark(&format!("tag.{tag}"), s, true);
            Ok(())
        },
    )?;
    tx.each(
        "select distinct p.root_id, i.kind from identity i join person p on p.id = i.person_id where i.brand_id = $1",
        params![brand],
        |r| {
            let (s, kind) = (people.subject(r.get(0)?), r.get::<String>(1)?);
            people.set_mark(&format!("has.{kind}"), s, true);
            Ok(())
        },
    )?;
    tx.each(
        "select distinct p.root_id, b.kind from binding b join person p on p.id = b.person_id where b.brand_id = $1 and b.to_at is null",
        params![brand],
        |r| {
            let (s, kind) = (people.subject(r.get(0)?), r.get::<String>(1)?);
            people.set_mark(&format!("bound.{kind}"), s, true);
            Ok(())
        },
    )?;
    tx.each(
        "select distinct l.segment_id, p.root_id from segment_listed l join person p on p.id = l.person_id where p.brand_id = $1",
        params![brand],
        |r| {
            let (segment, s) = (r.get::<i64>(0)?, people.subject(r.get(1)?));
            people.set_mark(&listed(segment), s, true);
            Ok(())
        },
    )?;
    let sealed: Vec<PersonId> = tx.all(
        "select distinct p.root_id from person_secret x join person p on p.id = x.person_id where x.brand_id = $1",
        params![brand],
    )?;
    for root in sealed {
        let said: Vec<(String, Said)> = crate::attribute::sealed(tx, root)?.into_iter().map(|(key, _, said)| (key, said)).collect();
        let s = people.subject(root.n());
        c.marks.note_sealed(s, &said);
    }
    let asked: Vec<PersonId> = tx.all(
        "select distinct p.root_id from consent c join person p on p.id = c.person_id where c.brand_id = $1",
        params![brand],
    )?;
    for root in asked {
        let s = people.subject(root.n());
        for x in crate::consent::of(tx, root)? {
            let column = people.words_column(&format!("consent.{}.{}", x.purpose, x.channel));
            people.set_word(column, s, &x.status);
        }
    }
    Ok(c)
}

/// The mark of those who were listed in a static segment.
pub fn listed(segment: i64) -> String {
    format!("listed.{segment}")
}

/// The columns that rows are written to, looked up once.
pub struct Columns {
    stage: usize,
    touchpoint: usize,
    store: usize,
    guide: usize,
    figures: Vec<usize>,
    /// Attributes that are civil days: numbers, not words.
    dates: BTreeMap<String, usize>,
    portrait: BTreeMap<String, usize>,
    /// Who said the values of attributes, and when.
    pub(crate) marks: Marks,
}

impl Columns {
    pub fn new(people: &mut People) -> Columns {
        let numbers: Vec<usize> = FIGURES.iter().map(|f| people.numbers_column(f.0)).collect();
        let dates = FIGURES.iter().zip(&numbers).filter(|(f, _)| f.1 == Kind::Date).map(|(f, n)| (f.0.to_string(), *n)).collect();
        Columns {
            stage: people.words_column("stage"),
            touchpoint: people.words_column("touchpoint"),
            store: people.words_column("store"),
            guide: people.words_column(GUIDE),
            figures: numbers,
            dates,
            portrait: BTreeMap::new(),
            marks: Marks::default(),
        }
    }

    /// From now on these attributes are civil days.
    pub fn know_dates(&mut self, people: &mut People, keys: &[String]) {
        for key in keys {
            self.portrait.remove(key);
            self.dates.insert(key.clone(), people.numbers_column(key));
        }
    }

    /// Writes a person's row; `changed` gets the columns whose value is another now.
    pub fn row(&mut self, people: &mut People, s: Subject, f: &Facts, changed: &mut Vec<usize>) -> Result<()> {
        let mut word = |people: &mut People, column: usize, text: &str| {
            let before = people.word(column, s);
            people.set_word(column, s, text);
            if people.word(column, s) != before {
                changed.push(column);
            }
        };
        word(people, self.stage, &f.stage);
        word(people, self.touchpoint, &f.touchpoint.map(|t| t.to_string()).unwrap_or_default());
        word(people, self.store, &f.store.map(|t| t.to_string()).unwrap_or_default());
        word(people, self.guide, &f.guide.map(|t| t.to_string()).unwrap_or_default());
        let portrait: BTreeMap<String, Option<String>> = serde_json::from_str(&f.portrait).map_err(Problem::internal)?;
        for (key, column) in &self.portrait {
            if !portrait.contains_key(key) {
                word(people, *column, "");
            }
        }
        self.marks.note(s, &portrait, &f.portrait_said)?;
        let mut days: BTreeMap<usize, Option<i64>> = self.dates.values().map(|c| (*c, None)).collect();
        for (key, value) in portrait {
            let value = value.unwrap_or_default();
            if let Some(column) = self.dates.get(&key) {
                days.insert(*column, Day::parse(&value).map(|d| d.0 as i64));
                continue;
            }
            let column = *self.portrait.entry(key).or_insert_with_key(|key| people.words_column(key));
            word(people, column, &value);
        }
        for (i, value) in f.figures.iter().enumerate() {
            number(people, self.figures[i], s, *value, changed);
        }
        for (column, day) in days {
            number(people, column, s, day, changed);
        }
        people.set_mark("known", s, f.known != 0);
        Ok(())
    }

    /// Writes everything that was read; answers which columns and marks are others now.
    pub fn apply(&mut self, people: &mut People, s: Subject, f: &Fresh) -> Result<(Vec<usize>, Vec<String>)> {
        let (mut columns, mut marks) = (vec![], vec![]);
        if let Some(row) = &f.row {
            self.row(people, s, row, &mut columns)?;
        }
        for (prefix, fresh) in [("tag.", &f.tags), ("has.", &f.kinds), ("bound.", &f.bound)] {
            if let Some(fresh) = fresh {
                let now: Vec<String> = fresh.iter().map(|t| format!("{prefix}{t}")).collect();
                exchange(people, s, prefix, &now, &mut marks);
            }
        }
        if let Some(sealed) = &f.sealed {
            self.marks.note_sealed(s, sealed);
        }
        if let Some(all) = &f.listed {
            let now: Vec<String> = all.iter().map(|n| listed(*n)).collect();
            exchange(people, s, "listed.", &now, &mut marks);
        }
        if let Some(all) = &f.consents {
            for (purpose, channel, status) in all {
                let column = people.words_column(&format!("consent.{purpose}.{channel}"));
                let before = people.word(column, s);
                people.set_word(column, s, status);
                if people.word(column, s) != before {
                    columns.push(column);
                }
            }
            let gone: Vec<usize> = people
                .columns()
                .enumerate()
                .filter(|(_, (key, c))| {
                    let held = matches!(c, Column::Words { codes, .. } if codes.get(s as usize).is_some_and(|c| *c != 0));
                    held && key.starts_with("consent.") && !all.iter().any(|x| *key == format!("consent.{}.{}", x.0, x.1))
                })
                .map(|(i, _)| i)
                .collect();
            for column in gone {
                people.set_word(column, s, "");
                columns.push(column);
            }
        }
        Ok((columns, marks))
    }
}

fn number(people: &mut People, column: usize, s: Subject, value: Option<Ms>, changed: &mut Vec<usize>) {
    let before = people.number(column, s);
    people.set_number(column, s, value);
    if people.number(column, s) != before {
        changed.push(column);
    }
}

fn exchange(people: &mut People, s: Subject, prefix: &str, now: &[String], changed: &mut Vec<String>) {
    let had: Vec<String> =
        people.marks.iter().filter(|(m, who)| m.starts_with(prefix) && who.contains(s)).map(|(m, _)| m.clone()).collect();
    for m in &had {
        if !now.contains(m) {
            people.set_mark(m, s, false);
            changed.push(m.clone());
        }
    }
    for m in now {
        if !had.contains(m) {
            people.set_mark(m, s, true);
            changed.push(m.clone());
        }
    }
}
