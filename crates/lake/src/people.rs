//! Subjects, the persons they belong to, and what is known of each person, in columns.
use crate::{Dict, Subject};
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// One attribute of all persons.
#[derive(Clone, Debug)]
pub enum Column {
    /// Words; 0 where the person has none.
    Words { codes: Vec<u32>, dict: Dict },
    /// Numbers, instants, civil days; [`crate::NO_VALUE`] where the person has none.
    Numbers(Vec<i64>),
}

/// Who is there.
#[derive(Clone, Debug, Default)]
pub struct People {
    ids: Vec<i64>,
    index: HashMap<i64, Subject, Fast>,
    root: Vec<Subject>,
    /// Root → all its subjects, for roots that have more than themselves.
    groups: HashMap<Subject, Vec<Subject>, Fast>,
    columns: Vec<(String, Column)>,
    /// Labels and other yes/no facts by name.
    pub marks: HashMap<String, RoaringBitmap>,
    /// Persons that questions should pass over, because the merchant does not count them.
    pub hidden: RoaringBitmap,
    /// Subjects that were erased: they are nobody any more, and no person's.
    gone: RoaringBitmap,
}

impl People {
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
    pub fn id(&self, s: Subject) -> i64 {
        self.ids[s as usize]
    }
    pub fn ids(&self) -> &[i64] {
        &self.ids
    }
    pub fn find(&self, id: i64) -> Option<Subject> {
        self.index.get(&id).copied()
    }
    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        self.ids.reserve(more);
        self.root.reserve(more);
        self.index.reserve(more);
    }
    /// The subject of an id, numbered now if it is new.
    pub fn subject(&mut self, id: i64) -> Subject {
        if let Some(s) = self.index.get(&id) {
            return *s;
        }
        let s = self.ids.len() as Subject;
        self.ids.push(id);
        self.root.push(s);
        self.index.insert(id, s);
        s
    }
    pub fn root(&self, s: Subject) -> Subject {
        self.root[s as usize]
    }
    pub fn is_root(&self, s: Subject) -> bool {
        self.root[s as usize] == s && !self.is_gone(s)
    }
    #[inline]
    pub fn is_gone(&self, s: Subject) -> bool {
        !self.gone.is_empty() && self.gone.contains(s)
    }
    /// A subject is nobody any more, and nothing is known of it.
    pub fn forget(&mut self, s: Subject) {
        if !self.gone.insert(s) {
            return;
        }
        for (_, column) in &mut self.columns {
            match column {
                Column::Words { codes, .. } => codes.get_mut(s as usize).into_iter().for_each(|c| *c = 0),
                Column::Numbers(all) => all.get_mut(s as usize).into_iter().for_each(|n| *n = crate::NO_VALUE),
            }
        }
        for mark in self.marks.values_mut() {
            mark.remove(s);
        }
        self.hidden.remove(s);
    }
    /// Persons that are there.
    pub fn persons(&self) -> usize {
        let gone = self.gone.iter().filter(|s| self.root[*s as usize] == *s).count();
        self.ids.len() - self.groups.values().map(|g| g.len() - 1).sum::<usize>() - gone
    }
    /// All subjects of a root, itself included.
    pub fn members(&self, root: Subject) -> &[Subject] {
        match self.groups.get(&root) {
            Some(all) => all,
            None => std::slice::from_ref(&self.root[root as usize]),
        }
    }
    pub fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }
    pub fn has_group(&self, root: Subject) -> bool {
        self.groups.contains_key(&root)
    }
    /// Puts a subject under a root; the root itself must be its own root.
    pub fn set_root(&mut self, s: Subject, root: Subject) {
        let was = self.root[s as usize];
        if was == root {
            return;
        }
        if let Some(g) = self.groups.get_mut(&was) {
            g.retain(|x| *x != s);
            if g.len() <= 1 {
                self.groups.remove(&was);
            }
        }
        self.root[s as usize] = root;
        if s != root {
            let g = self.groups.entry(root).or_insert_with(|| vec![root]);
            if !g.contains(&s) {
                g.push(s);
                g.sort_unstable();
            }
        }
    }

    /// The number of a column, made when it is not there.
    pub fn words_column(&mut self, key: &str) -> usize {
        self.column_or(key, || Column::Words { codes: vec![], dict: Dict::new(100_000) })
    }
    pub fn numbers_column(&mut self, key: &str) -> usize {
        self.column_or(key, || Column::Numbers(vec![]))
    }
    fn column_or(&mut self, key: &str, new: impl FnOnce() -> Column) -> usize {
        if let Some(i) = self.columns.iter().position(|c| c.0 == key) {
            return i;
        }
        self.columns.push((key.to_string(), new()));
        self.columns.len() - 1
    }
    pub fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.0 == key)
    }
    pub fn at(&self, column: usize) -> &Column {
        &self.columns[column].1
    }
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(k, c)| (k.as_str(), c))
    }
    /// The code of a word in a column of words, given now if it has none.
    pub fn code_in(&mut self, column: usize, word: &str) -> u32 {
        match &mut self.columns[column].1 {
            Column::Words { dict, .. } => dict.code(word),
            Column::Numbers(_) => 0,
        }
    }
    pub fn set_word(&mut self, column: usize, s: Subject, word: &str) {
        if let Column::Words { codes, dict } = &mut self.columns[column].1 {
            let code = if word.is_empty() { 0 } else { dict.code(word) };
            if codes.len() <= s as usize {
                if code == 0 {
                    return;
                }
                codes.resize(s as usize + 1, 0);
            }
            codes[s as usize] = code;
        }
    }
    pub fn set_number(&mut self, column: usize, s: Subject, n: Option<i64>) {
        if let Column::Numbers(all) = &mut self.columns[column].1 {
            if all.len() <= s as usize {
                if n.is_none() {
                    return;
                }
                all.resize(s as usize + 1, crate::NO_VALUE);
            }
            all[s as usize] = n.unwrap_or(crate::NO_VALUE);
        }
    }
    pub fn set_mark(&mut self, mark: &str, s: Subject, on: bool) {
        if on {
            self.marks.entry(mark.to_string()).or_default().insert(s);
        } else if let Some(m) = self.marks.get_mut(mark) {
            m.remove(s);
        }
    }
    /// The code of a person's word in a column of words, 0 for none.
    pub fn word(&self, column: usize, s: Subject) -> u32 {
        match &self.columns[column].1 {
            Column::Words { codes, .. } => codes.get(s as usize).copied().unwrap_or(0),
            Column::Numbers(_) => 0,
        }
    }
    pub fn number(&self, column: usize, s: Subject) -> i64 {
        match &self.columns[column].1 {
            Column::Numbers(all) => all.get(s as usize).copied().unwrap_or(crate::NO_VALUE),
            Column::Words { .. } => crate::NO_VALUE,
        }
    }
}

/// A quick hash for keys that are numbers already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fast;

impl std::hash::BuildHasher for Fast {
    type Hasher = FastHasher;
    fn build_hasher(&self) -> FastHasher {
        FastHasher(0)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct FastHasher(u64);

impl std::hash::Hasher for FastHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(*b as u64);
        }
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n as u64);
    }
    fn write_i64(&mut self, n: i64) {
        self.write_u64(n as u64);
    }
    fn write_u64(&mut self, n: u64) {
        let x = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = x ^ (x >> 29);
    }
}
