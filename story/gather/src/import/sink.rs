//! What rows of a file become: the plug point of imports. Each noun that can be imported has one
//! [`Sink`]; the runner reads, maps, groups, counts and resumes, the sink checks and writes.
use crate::import::ImportId;
use crate::import::outcome::Told;
use crate::import::policy::Policies;
use std::sync::Arc;
use weir_ground::base::{Result, Zone};
use weir_ground::event::BrandId;
use weir_ground::Tx;

/// A field that a row may fill.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    /// A row without it is rejected before the sink sees it.
    pub required: bool,
    pub zh: &'static str,
    pub en: &'static str,
    /// Other headers that mean the same; compared without case, spaces and punctuation.
    pub synonyms: &'static [&'static str],
}

/// A field in one line, for the tables of sinks.
pub const fn field(
    name: &'static str,
    required: bool,
    zh: &'static str,
    en: &'static str,
    synonyms: &'static [&'static str],
) -> Field {
    Field { name, required, zh, en, synonyms }
}

/// Where rows come from.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub brand: BrandId,
    /// The brand's zone: times without an offset are civil times of it.
    pub zone: Zone,
    pub import: ImportId,
    /// The file's name.
    pub file: String,
    /// What events and consents name as their source.
    pub source: &'static str,
    /// Who started the import.
    pub actor: Option<String>,
    /// Who wins where the file says something else than what is here.
    pub policy: Policies,
}

/// One row: the values of the sink's fields, trimmed, in the sink's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts: the header is row 1.
    pub n: i64,
    text: String,
    ends: Vec<u32>,
}

impl Row {
    pub fn new<'a>(n: i64, values: impl IntoIterator<Item = &'a str>) -> Row {
        let (mut text, mut ends) = (String::new(), vec![]);
        for v in values {
            text.push_str(v.trim());
            ends.push(text.len() as u32);
        }
        Row { n, text, ends }
    }

    /// The value of the `i`th field; empty when the file does not have it.
    pub fn at(&self, i: usize) -> &str {
        let end = |i: usize| self.ends.get(i).copied().unwrap_or(self.text.len() as u32) as usize;
        &self.text[if i == 0 { 0 } else { end(i - 1) }..end(i)]
    }

    /// The value of the `i`th field, if it is given.
    pub fn given(&self, i: usize) -> Option<&str> {
        Some(self.at(i)).filter(|v| !v.is_empty())
    }
}

/// What became of a row: kept, or why not, in words for the person who made the file.
pub type Fate = Result<(), String>;

/// One kind of import.
///
/// `apply` gets some hundred rows and answers the fate of each, in order. It should check a row
/// wholly before it writes anything of it and answer `Err(reason)` for a bad one: that costs
/// nothing. An `Err` of the whole call makes the runner undo it and try again group by group, each
/// in a savepoint, and reject the group that fails. The call may be run again and must act only
/// through `tx`; applying the same rows twice must change nothing the second time.
pub trait Sink: Send + Sync + 'static {
    /// `persons`, `orders`, …
    fn kind(&self) -> &'static str;
    fn fields(&self) -> &'static [Field];
    /// The field by which adjacent rows belong together (the number of an order): such rows always
    /// come in one call, and are rejected together when one of them cannot be read.
    fn group(&self) -> Option<usize> {
        None
    }
    fn apply(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row]) -> Result<Vec<Fate>>;
    /// Fields of which it can be said who wins.
    fn policies(&self) -> &'static [&'static str] {
        &[]
    }
    /// [`Sink::apply`] by a policy, and what it did to what was here.
    fn apply_told(&self, tx: &mut Tx, ctx: &Ctx, rows: &[Row], _: &mut Told) -> Result<Vec<Fate>> {
        self.apply(tx, ctx, rows)
    }
}

/// The kinds of import that this server knows.
pub type Sinks = Arc<Vec<Arc<dyn Sink>>>;

/// The sink of a kind.
pub fn of_kind<'a>(sinks: &'a Sinks, kind: &str) -> Option<&'a Arc<dyn Sink>> {
    sinks.iter().find(|s| s.kind() == kind)
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn values_are_found_by_their_place() {
        let row = Row::new(2, ["a", "", " 中文 ", ""]);
        assert_eq!((row.at(0), row.at(1), row.at(2), row.at(3), row.at(9)), ("a", "", "中文", "", ""));
        assert_eq!((row.given(1), row.given(2)), (None, Some("中文")));
    }
}
