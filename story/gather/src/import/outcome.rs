//! What an import did to what was here: counts, and the rows of which something was not taken.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of one field, over the rows of persons who were here already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportFieldOutcome)]
pub struct FieldOutcome {
    pub field: String,
    /// It was empty here.
    pub filled: i64,
    /// Another value was here.
    pub changed: i64,
    /// What was here stayed, though the file says something else.
    pub kept: i64,
}

/// What became of the rows that are good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportOutcome)]
pub struct Outcome {
    /// Rows of somebody new.
    #[serde(default)]
    pub created: i64,
    /// Rows by which a field of somebody known became another.
    #[serde(default)]
    pub changed: i64,
    /// Rows that say nothing new of somebody known.
    #[serde(default)]
    pub same: i64,
    /// Rows of which a value was not taken.
    #[serde(default)]
    pub kept: i64,
    #[serde(default)]
    pub fields: Vec<FieldOutcome>,
}

impl Outcome {
    /// The counts of a field.
    pub fn field(&mut self, name: &str) -> &mut FieldOutcome {
        let at = self.fields.iter().position(|f| f.field == name).unwrap_or_else(|| {
            self.fields.push(FieldOutcome { field: name.into(), ..FieldOutcome::default() });
            self.fields.len() - 1
        });
        &mut self.fields[at]
    }

    pub fn add(&mut self, more: &Outcome) {
        self.created += more.created;
        self.changed += more.changed;
        self.same += more.same;
        self.kept += more.kept;
        for f in &more.fields {
            let mine = self.field(&f.field);
            (mine.filled, mine.changed, mine.kept) = (mine.filled + f.filled, mine.changed + f.changed, mine.kept + f.kept);
        }
    }
}

/// Why a value of the file was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportKeptWhy)]
pub enum Why {
    /// Only empty fields are filled.
    FillOnly,
    /// It was changed here later.
    Older,
    /// The later one wins, and the row does not say when it was changed.
    NoTime,
    /// The field is not taken from files.
    Ours,
    /// Somebody whose word counts more said it, or took it away.
    Stronger,
}

impl Why {
    /// For the file.
    pub const fn text(self) -> &'static str {
        match self {
            Why::FillOnly => "only empty fields are filled",
            Why::Older => "it was changed here later",
            Why::NoTime => "the row has no time, so only empty fields are filled",
            Why::Ours => "the field is not taken from files",
            Why::Stronger => "the customer or the staff said so",
        }
    }
}

/// A value that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportKept)]
pub struct Kept {
    pub field: String,
    /// What is here; phones and e-mails masked, empty when there is nothing.
    pub stays: String,
    pub why: Why,
}

/// What a call of a sink has to tell beside the fates of its rows.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub outcome: Outcome,
    /// By the number of the row.
    pub kept: Vec<(i64, Vec<Kept>)>,
}

impl Told {
    pub fn add(&mut self, more: Told) {
        self.outcome.add(&more.outcome);
        self.kept.extend(more.kept);
    }
}
