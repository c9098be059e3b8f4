//! One person's timeline, as slices.

/// What stands in the value column where there is none.
pub const NO_VALUE: i64 = i64::MIN;

/// A person's events in order of (time, position).
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// UTC milliseconds.
    pub at: &'a [i64],
    /// Position in the log: settles the order of equal times.
    pub seq: &'a [i64],
    /// Code of the event's name; empty where all are of the one name that was asked for.
    pub name: &'a [u16],
    /// Fen, or [`NO_VALUE`]; empty where no row has money.
    pub value: &'a [i64],
    pub touchpoint: &'a [u32],
    pub store: &'a [u32],
    /// Where each row's properties begin in `keys` and `vals`; one more than rows, or empty.
    pub props: &'a [i32],
    pub keys: &'a [u16],
    pub vals: &'a [u32],
}

impl<'a> View<'a> {
    pub fn len(&self) -> usize {
        self.at.len()
    }
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
    /// A row's fen, or [`NO_VALUE`].
    #[inline]
    pub fn money(&self, row: usize) -> i64 {
        self.value.get(row).copied().unwrap_or(NO_VALUE)
    }
    /// The code of a row's property, 0 when it has none of this key.
    pub fn prop(&self, row: usize, key: u16) -> u32 {
        if self.props.is_empty() {
            return 0;
        }
        let (a, b) = (self.props[row] as usize, self.props[row + 1] as usize);
        (a..b).find(|i| self.keys[*i] == key).map_or(0, |i| self.vals[i])
    }
    /// The rows at or before an instant.
    pub fn until(&self, at: i64) -> usize {
        if self.at.last().is_none_or(|last| *last <= at) { self.at.len() } else { self.at.partition_point(|t| *t <= at) }
    }
    /// The first row after an instant.
    pub fn after(&self, at: i64) -> usize {
        self.at.partition_point(|t| *t <= at)
    }
}

/// Columns that are being put together for one person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub at: Vec<i64>,
    pub seq: Vec<i64>,
    pub name: Vec<u16>,
    pub value: Vec<i64>,
    pub touchpoint: Vec<u32>,
    pub store: Vec<u32>,
    pub props: Vec<i32>,
    pub keys: Vec<u16>,
    pub vals: Vec<u32>,
}

impl Rows {
    pub fn clear(&mut self) {
        self.at.clear();
        self.seq.clear();
        self.name.clear();
        self.value.clear();
        self.touchpoint.clear();
        self.store.clear();
        self.props.clear();
        self.props.push(0);
        self.keys.clear();
        self.vals.clear();
    }
    pub fn with_capacity(rows: usize) -> Rows {
        let mut r = Rows {
            at: Vec::with_capacity(rows),
            seq: Vec::with_capacity(rows),
            name: Vec::with_capacity(rows),
            value: Vec::with_capacity(rows),
            touchpoint: Vec::with_capacity(rows),
            store: Vec::with_capacity(rows),
            props: Vec::with_capacity(rows + 1),
            ..Rows::default()
        };
        r.props.push(0);
        r
    }
    pub fn len(&self) -> usize {
        self.at.len()
    }
    pub fn push(&mut self, v: &View<'_>, row: usize) {
        self.at.push(v.at[row]);
        self.seq.push(v.seq[row]);
        self.name.push(v.name[row]);
        self.value.push(v.value[row]);
        self.touchpoint.push(v.touchpoint[row]);
        self.store.push(v.store[row]);
        if !v.props.is_empty() {
            let (a, b) = (v.props[row] as usize, v.props[row + 1] as usize);
            self.keys.extend_from_slice(&v.keys[a..b]);
            self.vals.extend_from_slice(&v.vals[a..b]);
        }
        self.props.push(self.keys.len() as i32);
    }
    /// Appends a run of rows at once.
    pub fn extend(&mut self, v: &View<'_>, from: usize, to: usize) {
        self.at.extend_from_slice(&v.at[from..to]);
        self.seq.extend_from_slice(&v.seq[from..to]);
        self.name.extend_from_slice(&v.name[from..to]);
        self.value.extend_from_slice(&v.value[from..to]);
        self.touchpoint.extend_from_slice(&v.touchpoint[from..to]);
        self.store.extend_from_slice(&v.store[from..to]);
        let base = self.keys.len() as i32;
        if v.props.is_empty() {
            self.props.extend(std::iter::repeat_n(base, to - from));
        } else {
            let first = v.props[from];
            self.keys.extend_from_slice(&v.keys[first as usize..v.props[to] as usize]);
            self.vals.extend_from_slice(&v.vals[first as usize..v.props[to] as usize]);
            self.props.extend(v.props[from + 1..=to].iter().map(|p| p - first + base));
        }
    }
    pub fn push_row(&mut self, r: &crate::lake::Row) {
        self.at.push(r.at);
        self.seq.push(r.seq);
        self.name.push(r.name);
        self.value.push(r.value);
        self.touchpoint.push(r.touchpoint);
        self.store.push(r.store);
        for (k, v) in r.props.iter() {
            self.keys.push(*k);
            self.vals.push(*v);
        }
        self.props.push(self.keys.len() as i32);
    }
    pub fn view(&self) -> View<'_> {
        View {
            at: &self.at,
            seq: &self.seq,
            name: &self.name,
            value: &self.value,
            touchpoint: &self.touchpoint,
            store: &self.store,
            props: &self.props,
            keys: &self.keys,
            vals: &self.vals,
        }
    }
}
