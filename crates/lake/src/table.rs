//! Answers as tables, and tables as files: CSV for people, Parquet for programs.
use crate::{Result, broken};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use std::sync::Arc;

/// A column's values.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    Text(Vec<Option<String>>),
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
}

/// Columns of equal length, each with its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table(pub Vec<(String, Cells)>);

impl Table {
    pub fn text(mut self, name: &str, cells: impl IntoIterator<Item = Option<String>>) -> Table {
        self.0.push((name.into(), Cells::Text(cells.into_iter().collect())));
        self
    }
    pub fn whole(mut self, name: &str, cells: impl IntoIterator<Item = Option<i64>>) -> Table {
        self.0.push((name.into(), Cells::Whole(cells.into_iter().collect())));
        self
    }
    pub fn real(mut self, name: &str, cells: impl IntoIterator<Item = Option<f64>>) -> Table {
        self.0.push((name.into(), Cells::Real(cells.into_iter().collect())));
        self
    }
    pub fn rows(&self) -> usize {
        self.0.iter().map(|c| c.1.len()).max().unwrap_or(0)
    }

    /// With a mark at the beginning by which spreadsheets know that it is UTF-8. Text that a
    /// spreadsheet would take for a formula is quoted by an apostrophe.
    pub fn csv(&self) -> String {
        let mut out = String::from("\u{feff}");
        let names: Vec<String> = self.0.iter().map(|c| quoted(&c.0)).collect();
        out += &names.join(",");
        out += "\r\n";
        for row in 0..self.rows() {
            let cells: Vec<String> = self.0.iter().map(|c| c.1.shown(row)).collect();
            out += &cells.join(",");
            out += "\r\n";
        }
        out
    }

    pub fn parquet(&self) -> Result<Vec<u8>> {
        let columns: Vec<ArrayRef> = self.0.iter().map(|c| c.1.array()).collect();
        let fields: Vec<Field> =
            self.0.iter().zip(&columns).map(|(c, a)| Field::new(c.0.as_str(), a.data_type().clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let mut out = vec![];
        let mut w = ArrowWriter::try_new(&mut out, schema.clone(), None).map_err(broken)?;
        w.write(&RecordBatch::try_new(schema, columns).map_err(broken)?).map_err(broken)?;
        w.close().map_err(broken)?;
        Ok(out)
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Cells::Text(v) => v.len(),
            Cells::Whole(v) => v.len(),
            Cells::Real(v) => v.len(),
        }
    }
    fn shown(&self, row: usize) -> String {
        match self {
            Cells::Text(v) => v[row].as_deref().map(quoted).unwrap_or_default(),
            Cells::Whole(v) => v[row].map(|n| n.to_string()).unwrap_or_default(),
            Cells::Real(v) => v[row].map(|n| n.to_string()).unwrap_or_default(),
        }
    }
    fn array(&self) -> ArrayRef {
        match self {
            Cells::Text(v) => Arc::new(StringArray::from_iter(v.iter().map(Option::as_deref))),
            Cells::Whole(v) => Arc::new(Int64Array::from_iter(v.iter().copied())),
            Cells::Real(v) => Arc::new(Float64Array::from_iter(v.iter().copied())),
        }
    }
}

fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_string() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_as_csv_and_parquet() {
        let t = Table::default()
            .text("name", [Some("a,\"b\"".to_string()), None, Some("=1+1".into())])
            .whole("persons", [Some(3), Some(-4), None])
            .real("mean", [None, Some(0.5), Some(2.0)]);
        assert_eq!(t.csv(), "\u{feff}name,persons,mean\r\n\"a,\"\"b\"\"\",3,\r\n,-4,0.5\r\n'=1+1,,2\r\n");
        let file = t.parquet().unwrap();
        assert_eq!((&file[..4], &file[file.len() - 4..]), (&b"PAR1"[..], &b"PAR1"[..]));
    }
}
