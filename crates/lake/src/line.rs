//! One person's events of one name, as slices: what questions about a single name read instead of
//! whole timelines.
use crate::{NO_VALUE, Result, Subject, View, broken};
use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::types::{Int64Type, UInt16Type, UInt32Type};
use arrow_array::{Array, ArrayRef, ListArray, PrimitiveArray, RecordBatch};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, Field, Schema};
use std::ops::Range;
use std::sync::Arc;

/// A person's events of one name in order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line<'a> {
    /// When the last one was, where there is one: known without looking at `at`.
    pub last: i64,
    /// UTC milliseconds.
    pub at: &'a [i64],
    /// Fen or [`NO_VALUE`], one for each event; empty when none of them has money.
    pub value: &'a [i64],
}

impl<'a> Line<'a> {
    /// As a timeline that has nothing else.
    pub fn view(&self) -> View<'a> {
        View { at: self.at, value: self.value, ..View::default() }
    }
    /// The money of the i-th event, 0 where it has none.
    #[inline]
    pub fn fen(&self, i: usize) -> i64 {
        self.value.get(i).map_or(0, |v| if *v == NO_VALUE { 0 } else { *v })
    }
}

/// The lines of a part of the base, in order of names and subjects. In the file, a row is a line.
pub(crate) struct Lines {
    name: ScalarBuffer<u16>,
    /// Counted from the part's first.
    subject: ScalarBuffer<u32>,
    last: ScalarBuffer<i64>,
    at_begin: ScalarBuffer<i32>,
    at: ScalarBuffer<i64>,
    value_begin: ScalarBuffer<i32>,
    value: ScalarBuffer<i64>,
}

impl Lines {
    pub fn open(batch: &RecordBatch) -> Result<Lines> {
        let list = |name: &str| -> Result<_> {
            let column = batch.column_by_name(name).ok_or_else(|| broken(format!("no column {name}")))?;
            let list = column.as_any().downcast_ref::<ListArray>().ok_or_else(|| broken(format!("type of {name}")))?;
            let numbers = list.values().as_any().downcast_ref::<PrimitiveArray<Int64Type>>();
            let numbers = numbers.ok_or_else(|| broken(format!("type of {name}")))?;
            Ok((list.offsets().inner().clone(), numbers.values().clone()))
        };
        let ((at_begin, at), (value_begin, value)) = (list("at")?, list("value")?);
        Ok(Lines {
            name: crate::base::numbers::<UInt16Type>(batch, "name")?,
            subject: crate::base::numbers::<UInt32Type>(batch, "subject")?,
            last: crate::base::numbers::<Int64Type>(batch, "last")?,
            at_begin,
            at,
            value_begin,
            value,
        })
    }

    /// Where the lines of a name lie.
    pub fn named(&self, name: u16) -> Range<usize> {
        self.name.partition_point(|n| *n < name)..self.name.partition_point(|n| *n <= name)
    }
    /// The lines of some subjects among those of a name.
    pub fn of(&self, named: Range<usize>, subjects: Range<Subject>) -> Range<usize> {
        let all = &self.subject[named.clone()];
        let place = |s: Subject| named.start + all.partition_point(|x| *x < s);
        place(subjects.start)..place(subjects.end)
    }
    #[inline]
    pub fn subject(&self, i: usize) -> Subject {
        self.subject[i]
    }
    #[inline]
    pub fn line(&self, i: usize) -> Line<'_> {
        let cut = |all: &[i32]| all[i] as usize..all[i + 1] as usize;
        Line { last: self.last[i], at: &self.at[cut(&self.at_begin)], value: &self.value[cut(&self.value_begin)] }
    }
}

/// Where the lines of some more names lie, for persons who come in order.
pub(crate) struct Near<'a> {
    lines: &'a Lines,
    /// Those that are left of each name.
    places: Vec<(u16, Range<usize>)>,
    subject: Subject,
}

impl<'a> Near<'a> {
    pub fn new(lines: &'a Lines, names: &[u16], subjects: Range<Subject>) -> Near<'a> {
        let place = |name: &u16| (*name, lines.of(lines.named(*name), subjects.clone()));
        Near { lines, places: names.iter().map(place).collect(), subject: 0 }
    }
    /// Goes on to a person, not before the one of the last time.
    #[inline]
    pub fn of(&mut self, subject: Subject) -> &mut Near<'a> {
        self.subject = subject;
        self
    }
    /// The person's events of one of the names.
    pub fn line(&mut self, name: u16) -> Line<'a> {
        let Some((_, left)) = self.places.iter_mut().find(|p| p.0 == name) else { return Line::default() };
        // Steps that double, then halves: the next one is mostly close by.
        let (mut step, all) = (1, &self.lines.subject[..left.end]);
        let mut low = left.start;
        while low + step < all.len() && all[low + step] < self.subject {
            low += step;
            step *= 2;
        }
        let high = (low + step + 1).min(all.len());
        left.start = low + all[low..high].partition_point(|s| *s < self.subject);
        match all.get(left.start) {
            Some(s) if *s == self.subject => self.lines.line(left.start),
            _ => Line::default(),
        }
    }
}

/// What else there is of a person.
pub(crate) enum Rest<'x, 'a> {
    Lines(&'x mut Near<'a>),
    /// The timeline, where it had to be put together.
    Whole(&'x View<'x>),
}

/// What a file of lines holds.
pub(crate) fn schema() -> Schema {
    let list = DataType::List(Arc::new(Field::new_list_field(DataType::Int64, false)));
    Schema::new(vec![
        Field::new("name", DataType::UInt16, false),
        Field::new("subject", DataType::UInt32, false),
        Field::new("last", DataType::Int64, false),
        Field::new("at", list.clone(), false),
        Field::new("value", list, false),
    ])
}

/// The columns of a file of lines, for rows of whole subjects with so many rows each.
pub(crate) fn columns(rows: &View<'_>, counts: &[u32]) -> Vec<ArrayRef> {
    // The rows in order of names; those of one name stay in order of subjects and time.
    let mut begin = vec![0u32; (1 << 16) + 1];
    rows.name.iter().for_each(|n| begin[*n as usize + 1] += 1);
    for i in 1..begin.len() {
        begin[i] += begin[i - 1];
    }
    let (mut order, mut row) = (vec![(0u32, 0u32); rows.len()], 0);
    for (subject, count) in counts.iter().enumerate() {
        for _ in 0..*count {
            let place = &mut begin[rows.name[row as usize] as usize];
            order[*place as usize] = (subject as u32, row);
            *place += 1;
            row += 1;
        }
    }
    let list = || ListBuilder::new(Int64Builder::new()).with_field(Field::new_list_field(DataType::Int64, false));
    let (mut names, mut subjects, mut last, mut at, mut value) = (vec![], vec![], vec![], list(), list());
    let mut rest = &order[..];
    while let Some((subject, first)) = rest.first() {
        let name = rows.name[*first as usize];
        let n = rest.iter().take_while(|(s, r)| s == subject && rows.name[*r as usize] == name).count();
        let (line, others) = rest.split_at(n);
        names.push(name);
        subjects.push(*subject);
        last.push(rows.at[line[n - 1].1 as usize]);
        line.iter().for_each(|(_, r)| at.values().append_value(rows.at[*r as usize]));
        at.append(true);
        if line.iter().any(|(_, r)| rows.value[*r as usize] != NO_VALUE) {
            line.iter().for_each(|(_, r)| value.values().append_value(rows.value[*r as usize]));
        }
        value.append(true);
        rest = others;
    }
    vec![
        Arc::new(PrimitiveArray::<UInt16Type>::from(names)),
        Arc::new(PrimitiveArray::<UInt32Type>::from(subjects)),
        Arc::new(PrimitiveArray::<Int64Type>::from(last)),
        Arc::new(at.finish()),
        Arc::new(value.finish()),
    ]
}

/// The events of one name out of a whole timeline.
#[derive(Default)]
pub(crate) struct Picked {
    at: Vec<i64>,
    value: Vec<i64>,
}

impl Picked {
    pub fn pick(&mut self, v: &View<'_>, name: u16) -> Line<'_> {
        self.at.clear();
        self.value.clear();
        crate::fold::each(v.name, name, |i| {
            self.at.push(v.at[i]);
            self.value.push(v.value[i]);
        });
        Line { last: self.at.last().copied().unwrap_or_default(), at: &self.at, value: &self.value }
    }
}
