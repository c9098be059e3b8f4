//! Rows and what is made of them.
use super::value::{Column, Ref};
use crate::base::{Problem, Result};

/// One row of an answer; columns are read by position.
pub enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl Row<'_> {
    pub fn get<T: Column>(&self, i: usize) -> Result<T> {
        match self {
            Row::Sqlite(row) => {
                use rusqlite::types::ValueRef as V;
                let v = match row.get_ref(i).map_err(|e| Problem::internal(format!("column {i}: {e}")))? {
                    V::Null => Ref::Null,
                    V::Integer(n) => Ref::Int(n),
                    V::Real(x) => Ref::Real(x),
                    V::Text(t) => Ref::Text(std::str::from_utf8(t).map_err(Problem::internal)?),
                    V::Blob(b) => Ref::Blob(b),
                };
                T::read(v).map_err(|mut p| {
                    p.detail = format!("column {i}: {}", p.detail);
                    p
                })
            }
            Row::Postgres(row) => {
                let v: Ref<'_> = row.try_get(i).map_err(|e| Problem::internal(format!("column {i}: {e}")))?;
                T::read(v).map_err(|mut p| {
                    p.detail = format!("column {i}: {}", p.detail);
                    p
                })
            }
        }
    }
}

impl Row<'_> {
    /// How many columns there are.
    pub fn width(&self) -> usize {
        match self {
            Row::Sqlite(row) => row.as_ref().column_count(),
            Row::Postgres(row) => row.len(),
        }
    }
    /// Hands a column's text to `f` without copying it.
    pub fn text<T>(&self, i: usize, f: impl FnOnce(&str) -> T) -> Result<T> {
        let wrong = |e: String| Problem::internal(format!("column {i}: {e}"));
        match self {
            Row::Sqlite(row) => match row.get_ref(i).map_err(|e| wrong(e.to_string()))? {
                rusqlite::types::ValueRef::Text(t) => Ok(f(std::str::from_utf8(t).map_err(Problem::internal)?)),
                _ => Err(wrong("no text".into())),
            },
            Row::Postgres(row) => row.try_get::<_, &str>(i).map(f).map_err(|e| wrong(e.to_string())),
        }
    }
}

/// A type made from a whole row.
pub trait FromRow: Sized {
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

impl<T: Column> FromRow for T {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get(0)
    }
}

macro_rules! tuple {
    ($($t:ident $i:tt),*) => {
        impl<$($t: Column),*> FromRow for ($($t,)*) {
            fn from_row(row: &Row<'_>) -> Result<Self> { Ok(($(row.get::<$t>($i)?,)*)) }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

/// Makes a struct from the columns in the order of its fields: `from_row!(Store { id, code, name });`
#[macro_export]
macro_rules! from_row {
    ($t:ident { $($f:ident),* $(,)? }) => {
        impl $crate::db::row::FromRow for $t {
            fn from_row(row: &$crate::Row<'_>) -> $crate::base::Result<Self> {
                let mut i = 0usize;
                $(let $f = row.get(i)?; i += 1;)*
                let _ = i;
                Ok($t { $($f),* })
            }
        }
    };
}
