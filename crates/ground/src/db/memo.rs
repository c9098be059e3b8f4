//! What calls of one commit have read of tables that rarely change, so that the next call need not
//! read it again.
//!
//! Nothing here can be stale. On SQLite it lives as long as one batch of the only writer (or one
//! read); whoever writes to a table through the [`Tx`](super::Tx) makes everything forgotten that
//! was read of it, and so does undoing a part of the batch. On PostgreSQL it lives for one call.
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

#[derive(Default)]
pub(crate) struct Memo(RefCell<Inner>);

#[derive(Default)]
struct Inner {
    kept: HashMap<(TypeId, i64), Rc<dyn Any>>,
    tables: Vec<(&'static str, TypeId)>,
}

impl Memo {
    pub fn get<T: Any>(&self, key: i64) -> Option<Rc<T>> {
        let inner = self.0.borrow();
        inner.kept.get(&(TypeId::of::<T>(), key)).and_then(|v| v.clone().downcast().ok())
    }

    pub fn put<T: Any>(&self, tables: &[&'static str], key: i64, value: Rc<T>) {
        let mut inner = self.0.borrow_mut();
        let kind = TypeId::of::<T>();
        for table in tables {
            if !inner.tables.contains(&(*table, kind)) {
                inner.tables.push((*table, kind));
            }
        }
        inner.kept.insert((kind, key), value);
    }

    /// A statement that writes ran: what was read of its table is forgotten.
    pub fn written(&self, sql: &str) {
        if self.0.borrow().tables.is_empty() {
            return;
        }
        if let Some(table) = target(sql) {
            self.forget(table);
        }
    }

    pub fn forget(&self, table: &str) {
        let mut inner = self.0.borrow_mut();
        let gone: Vec<TypeId> = inner.tables.iter().filter(|t| t.0 == table).map(|t| t.1).collect();
        if !gone.is_empty() {
            inner.kept.retain(|key, _| !gone.contains(&key.0));
        }
    }

    pub fn clear(&self) {
        *self.0.borrow_mut() = Inner::default();
    }
}

/// The table that a statement writes to.
pub(super) fn target(sql: &str) -> Option<&str> {
    let sql = sql.trim_start();
    let rest = ["update ", "insert into ", "delete from "].iter().find_map(|verb| sql.strip_prefix(verb))?;
    rest.split([' ', '(']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_makes_forgotten_what_was_read_of_its_table() {
        let memo = Memo::default();
        memo.put(&["tag"], 1, Rc::new("read".to_string()));
        memo.put(&["sku", "product"], 1, Rc::new(7i64));
        memo.written("update tag_muted set at = 1");
        assert_eq!(memo.get::<String>(1).as_deref().map(String::as_str), Some("read"));
        memo.written("insert into product (id) values (1)");
        assert_eq!((memo.get::<i64>(1), memo.get::<String>(2)), (None, None));
        assert!(memo.get::<String>(1).is_some());
        memo.written("  delete from tag where at = 1");
        assert!(memo.get::<String>(1).is_none());
    }
}
