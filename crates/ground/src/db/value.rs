//! Values in and out: integers, text, bytes, null. Times are integers, money is integers, truth
//! is 0 or 1, documents are text.
use crate::base::{Fen, Id, Problem, Result};

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// `params![brand, name, at]`
#[macro_export]
macro_rules! params {
    ($($v:expr),* $(,)?) => { &[$($crate::Value::from($v)),*] as &[$crate::Value] };
}

macro_rules! from {
    ($($t:ty => $v:ident $e:expr);* $(;)?) => {$(
        impl<'a> From<$t> for Value<'a> { fn from($v: $t) -> Self { $e } }
    )*};
}
from! {
    i64 => v Value::Int(v);
    i32 => v Value::Int(v as i64);
    u32 => v Value::Int(v as i64);
    usize => v Value::Int(v as i64);
    bool => v Value::Int(v as i64);
    f64 => v Value::Real(v);
    Fen => v Value::Int(v.0);
    &'a str => v Value::Text(v);
    &'a String => v Value::Text(v);
    &'a [u8] => v Value::Blob(v);
    &'a Vec<u8> => v Value::Blob(v);
}
impl<'a, K> From<Id<K>> for Value<'a> {
    fn from(v: Id<K>) -> Self {
        Value::Int(v.n())
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}
impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(v: &'a Option<String>) -> Self {
        v.as_deref().map_or(Value::Null, Value::Text)
    }
}

/// A column of a row, as it lies in the engine's buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ref<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// What a column can be read as.
pub trait Column: Sized {
    fn read(v: Ref<'_>) -> Result<Self>;
}

fn wrong<T>(wanted: &str, v: Ref<'_>) -> Result<T> {
    Err(Problem::internal(format!("a column holds {v:?} where {wanted} was expected")))
}

impl Column for i64 {
    fn read(v: Ref<'_>) -> Result<Self> {
        match v {
            Ref::Int(n) => Ok(n),
            _ => wrong("an integer", v),
        }
    }
}
impl Column for i32 {
    fn read(v: Ref<'_>) -> Result<Self> {
        i64::read(v).map(|n| n as i32)
    }
}
impl Column for bool {
    fn read(v: Ref<'_>) -> Result<Self> {
        i64::read(v).map(|n| n != 0)
    }
}
impl Column for f64 {
    fn read(v: Ref<'_>) -> Result<Self> {
        match v {
            Ref::Real(x) => Ok(x),
            Ref::Int(n) => Ok(n as f64),
            _ => wrong("a number", v),
        }
    }
}
impl Column for Fen {
    fn read(v: Ref<'_>) -> Result<Self> {
        i64::read(v).map(Fen)
    }
}
impl<K> Column for Id<K> {
    fn read(v: Ref<'_>) -> Result<Self> {
        i64::read(v).map(Id::new)
    }
}
impl Column for String {
    fn read(v: Ref<'_>) -> Result<Self> {
        match v {
            Ref::Text(s) => Ok(s.to_string()),
            _ => wrong("text", v),
        }
    }
}
impl Column for Vec<u8> {
    fn read(v: Ref<'_>) -> Result<Self> {
        match v {
            Ref::Blob(b) => Ok(b.to_vec()),
            _ => wrong("bytes", v),
        }
    }
}
impl<T: Column> Column for Option<T> {
    fn read(v: Ref<'_>) -> Result<Self> {
        match v {
            Ref::Null => Ok(None),
            v => T::read(v).map(Some),
        }
    }
}
