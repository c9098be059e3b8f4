//! The base: all rows up to some position, sorted by subject and time, in memory-mapped files.
//!
//! A base is a folder: `part-*.arrow` hold the rows, each a record batch of whole subjects, and
//! `lines-*.arrow` instants and money of the same rows once more, by name and subject;
//! `subjects.arrow` says whose they are and how many; `words.json` what the codes mean. Any Arrow
//! tool reads them. In `value`, the smallest number stands for "none".
use crate::lake::{Row, Words};
use crate::line::{self, Lines};
use crate::view::{Rows, View};
use crate::{Result, Subject, broken};
use arrow_array::types::{Int64Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, ListArray, PrimitiveArray, RecordBatch, StructArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Fields, Schema};
use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows in a part, about.
const PART: usize = 1 << 21;

/// The rows of some subjects in a row.
struct Part {
    first: Subject,
    /// Where each subject's rows begin; one more than subjects.
    offsets: Vec<u32>,
    at: ScalarBuffer<i64>,
    seq: ScalarBuffer<i64>,
    name: ScalarBuffer<u16>,
    value: ScalarBuffer<i64>,
    touchpoint: ScalarBuffer<u32>,
    store: ScalarBuffer<u32>,
    props: ScalarBuffer<i32>,
    keys: ScalarBuffer<u16>,
    vals: ScalarBuffer<u32>,
    lines: Lines,
}

/// Immutable rows of the subjects 0 … `subjects`.
#[derive(Default)]
pub(crate) struct Base {
    parts: Vec<Part>,
    pub subjects: Subject,
    pub rows: u64,
    /// One bit a name (its code modulo 64) that the subject has, to pass over quickly.
    pub mask: Vec<u64>,
}

impl Base {
    /// The part that a subject's rows lie in; `hint` is where to look first.
    pub fn part_of(&self, s: Subject, hint: usize) -> usize {
        let inside = |p: &Part| s >= p.first && s - p.first < p.subjects();
        match self.parts.get(hint) {
            Some(p) if inside(p) => hint,
            _ => self.parts.partition_point(|p| p.first <= s).saturating_sub(1),
        }
    }

    /// Has a subject one of these names? A mask with one bit for each name's code modulo 64; 0 takes any.
    #[inline]
    pub fn has(&self, s: Subject, names: u64) -> bool {
        names == 0 || self.mask.get(s as usize).is_some_and(|m| m & names != 0)
    }

    /// The lines of the parts that some subjects lie in, each with the part's first subject.
    pub fn lines(&self, of: Range<Subject>) -> impl Iterator<Item = (&Lines, Subject)> {
        let begin = self.parts.partition_point(|p| p.first + p.subjects() <= of.start);
        self.parts[begin..].iter().take_while(move |p| p.first < of.end).map(|p| (&p.lines, p.first))
    }

    /// A subject's rows. `part` comes from [`Base::part_of`].
    pub fn view(&self, s: Subject, part: usize) -> View<'_> {
        if s >= self.subjects {
            return View::default();
        }
        let p = &self.parts[part];
        let i = (s - p.first) as usize;
        let (a, b) = (p.offsets[i] as usize, p.offsets[i + 1] as usize);
        View {
            at: &p.at[a..b],
            seq: &p.seq[a..b],
            name: &p.name[a..b],
            value: &p.value[a..b],
            touchpoint: &p.touchpoint[a..b],
            store: &p.store[a..b],
            props: if p.keys.is_empty() { &[] } else { &p.props[a..=b] },
            keys: &p.keys,
            vals: &p.vals,
        }
    }

    pub fn open(dir: &Path, ids: &mut Vec<i64>) -> Result<Base> {
        let subjects = read(&dir.join("subjects.arrow"))?;
        let (mut counts, mut mask) = (vec![], vec![]);
        for batch in &subjects {
            ids.extend_from_slice(numbers::<Int64Type>(batch, "id")?.as_ref());
            counts.extend_from_slice(numbers::<UInt32Type>(batch, "rows")?.as_ref());
            mask.extend_from_slice(numbers::<UInt64Type>(batch, "names")?.as_ref());
        }
        let mut base = Base { parts: vec![], subjects: ids.len() as Subject, rows: 0, mask };
        let mut next = 0;
        for n in 0.. {
            let path = dir.join(format!("part-{n:04}.arrow"));
            if !path.exists() {
                break;
            }
            let lines = read(&dir.join(format!("lines-{n:04}.arrow")))?;
            if lines.len() != 1 {
                return Err(broken("lines of a part are missing"));
            }
            for batch in read(&path)? {
                let first = next as Subject;
                let (mut offsets, mut sum) = (vec![0u32], 0u32);
                let rows = batch.num_rows() as u32;
                while next < counts.len() && sum + counts[next] <= rows {
                    sum += counts[next];
                    offsets.push(sum);
                    next += 1;
                }
                if sum != rows {
                    return Err(broken(format!("{} does not belong to its subjects", path.display())));
                }
                base.rows += rows as u64;
                base.parts.push(Part::of(first, offsets, &batch, Lines::open(&lines[0])?)?);
            }
        }
        if next < counts.len() {
            return Err(broken("rows of some subjects are missing"));
        }
        Ok(base)
    }
}

impl Part {
    fn subjects(&self) -> Subject {
        self.offsets.len() as Subject - 1
    }

    fn of(first: Subject, offsets: Vec<u32>, batch: &RecordBatch, lines: Lines) -> Result<Part> {
        let props = batch.column_by_name("props").ok_or_else(|| broken("no props"))?;
        let list = props.as_any().downcast_ref::<ListArray>().ok_or_else(|| broken("props are no list"))?;
        let pairs = list.values().as_any().downcast_ref::<StructArray>().ok_or_else(|| broken("props are no pairs"))?;
        let keys = pairs.column(0).as_any().downcast_ref::<PrimitiveArray<UInt16Type>>();
        let vals = pairs.column(1).as_any().downcast_ref::<PrimitiveArray<UInt32Type>>();
        Ok(Part {
            first,
            offsets,
            at: numbers::<Int64Type>(batch, "at")?,
            seq: numbers::<Int64Type>(batch, "seq")?,
            name: numbers::<UInt16Type>(batch, "name")?,
            value: numbers::<Int64Type>(batch, "value")?,
            touchpoint: numbers::<UInt32Type>(batch, "touchpoint")?,
            store: numbers::<UInt32Type>(batch, "store")?,
            props: list.offsets().inner().clone(),
            keys: keys.ok_or_else(|| broken("prop keys"))?.values().clone(),
            vals: vals.ok_or_else(|| broken("prop values"))?.values().clone(),
            lines,
        })
    }
}

pub(crate) fn numbers<T: ArrowPrimitiveType>(batch: &RecordBatch, name: &str) -> Result<ScalarBuffer<T::Native>> {
    let column = batch.column_by_name(name).ok_or_else(|| broken(format!("no column {name}")))?;
    let array = column.as_any().downcast_ref::<PrimitiveArray<T>>().ok_or_else(|| broken(format!("type of {name}")))?;
    Ok(array.values().clone())
}

/// The record batches of a file, in place.
fn read(path: &Path) -> Result<Vec<RecordBatch>> {
    let file = File::open(path)?;
    // SAFETY: files of a base are written once under another name, then never changed; a new base
    // is another folder, and removing the old one leaves this mapping as it is.
    #[allow(unsafe_code)]
    let map = unsafe { memmap2::Mmap::map(&file)? };
    let whole = Buffer::from(bytes::Bytes::from_owner(map));
    let end = whole.len().checked_sub(10).ok_or_else(|| broken("too short"))?;
    let tail: [u8; 10] = whole[end..].try_into().map_err(broken)?;
    let footer_len = read_footer_length(tail).map_err(broken)?;
    let footer = arrow_ipc::root_as_footer(&whole[end - footer_len..end]).map_err(broken)?;
    let schema = footer.schema().ok_or_else(|| broken("no schema"))?;
    let schema = arrow_ipc::convert::try_fb_to_schema(schema).map_err(broken)?;
    let decoder = FileDecoder::new(Arc::new(schema), footer.version());
    // SAFETY: only this program writes these files, and whole; every later look is bounds-checked.
    // Checking them here would read all of them at every start.
    #[allow(unsafe_code)]
    let decoder = unsafe { decoder.with_skip_validation(true) };
    let mut out = vec![];
    for block in footer.recordBatches().iter().flatten() {
        let len = block.bodyLength() as usize + block.metaDataLength() as usize;
        let data = whole.slice_with_length(block.offset() as usize, len);
        out.extend(decoder.read_record_batch(block, &data).map_err(broken)?);
    }
    Ok(out)
}

fn schema() -> Schema {
    let pair = Fields::from(vec![Field::new("key", DataType::UInt16, false), Field::new("value", DataType::UInt32, false)]);
    Schema::new(vec![
        Field::new("at", DataType::Int64, false),
        Field::new("seq", DataType::Int64, false),
        Field::new("name", DataType::UInt16, false),
        Field::new("value", DataType::Int64, false),
        Field::new("touchpoint", DataType::UInt32, false),
        Field::new("store", DataType::UInt32, false),
        Field::new("props", DataType::List(Arc::new(Field::new("item", DataType::Struct(pair), false))), false),
    ])
}

/// Writes a base subject by subject, in the order of their numbers.
pub(crate) struct Writer {
    dir: PathBuf,
    parts: usize,
    /// Subjects whose rows are in files.
    flushed: usize,
    rows: Rows,
    counts: Vec<u32>,
    mask: Vec<u64>,
}

impl Writer {
    pub fn new(dir: &Path) -> Result<Writer> {
        fs::create_dir_all(dir)?;
        let rows = Rows::with_capacity(PART + PART / 8);
        Ok(Writer { dir: dir.into(), parts: 0, flushed: 0, rows, counts: vec![], mask: vec![] })
    }

    /// The next subject: its rows of an older base, and newer ones.
    pub fn subject(&mut self, old: &View<'_>, new: &[Row]) -> Result<()> {
        let before = self.rows.len();
        if new.first().is_none_or(|n| old.at.last().is_none_or(|last| *last < n.at)) {
            self.rows.extend(old, 0, old.len());
            new.iter().for_each(|r| self.rows.push_row(r));
        } else {
            crate::lake::interleave(old, new, &mut self.rows);
        }
        let after = self.rows.len();
        self.mask.push(self.rows.name[before..after].iter().fold(0, |m, n| m | 1 << (n & 63)));
        self.counts.push((after - before) as u32);
        if after >= PART { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let rows = std::mem::replace(&mut self.rows, Rows::with_capacity(PART + PART / 8));
        let lines = line::columns(&rows.view(), &self.counts[self.flushed..]);
        write(&self.dir.join(format!("lines-{:04}.arrow", self.parts)), line::schema(), lines)?;
        self.flushed = self.counts.len();
        let pairs = StructArray::from(vec![
            (
                Arc::new(Field::new("key", DataType::UInt16, false)),
                Arc::new(PrimitiveArray::<UInt16Type>::from(rows.keys)) as ArrayRef,
            ),
            (
                Arc::new(Field::new("value", DataType::UInt32, false)),
                Arc::new(PrimitiveArray::<UInt32Type>::from(rows.vals)) as ArrayRef,
            ),
        ]);
        let item = Arc::new(Field::new("item", pairs.data_type().clone(), false));
        let props = ListArray::try_new(item, OffsetBuffer::new(rows.props.into()), Arc::new(pairs), None).map_err(broken)?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(PrimitiveArray::<Int64Type>::from(rows.at)),
            Arc::new(PrimitiveArray::<Int64Type>::from(rows.seq)),
            Arc::new(PrimitiveArray::<UInt16Type>::from(rows.name)),
            Arc::new(PrimitiveArray::<Int64Type>::from(rows.value)),
            Arc::new(PrimitiveArray::<UInt32Type>::from(rows.touchpoint)),
            Arc::new(PrimitiveArray::<UInt32Type>::from(rows.store)),
            Arc::new(props),
        ];
        write(&self.dir.join(format!("part-{:04}.arrow", self.parts)), schema(), columns)?;
        self.parts += 1;
        Ok(())
    }

    /// Writes what is left, whose rows they are and what the codes mean.
    pub fn finish(mut self, ids: &[i64], words: &Words) -> Result<()> {
        if self.rows.len() > 0 || self.counts.len() > 0 {
            self.flush()?;
        }
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("rows", DataType::UInt32, false),
            Field::new("names", DataType::UInt64, false),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(PrimitiveArray::<Int64Type>::from(ids[..self.counts.len()].to_vec())),
            Arc::new(PrimitiveArray::<UInt32Type>::from(self.counts)),
            Arc::new(PrimitiveArray::<UInt64Type>::from(self.mask)),
        ];
        write(&self.dir.join("subjects.arrow"), schema, columns)?;
        let text = serde_json::to_vec(&words.lists()).map_err(broken)?;
        let path = self.dir.join("words.json");
        fs::write(&path, text)?;
        File::open(&path)?.sync_all()
    }
}

fn write(path: &Path, schema: Schema, columns: Vec<ArrayRef>) -> Result<()> {
    let batch = RecordBatch::try_new(Arc::new(schema.clone()), columns).map_err(broken)?;
    let file = Steady { file: File::create(path)?, loose: 0 };
    let mut w = FileWriter::try_new(std::io::BufWriter::with_capacity(1 << 20, file), &schema).map_err(broken)?;
    w.write(&batch).map_err(broken)?;
    w.finish().map_err(broken)?;
    let steady = w.into_inner().map_err(broken)?.into_inner().map_err(broken)?;
    steady.file.sync_all()
}

/// Bytes that may wait for the disk at once.
const LOOSE: usize = 2 << 20;

/// A file that goes to the disk piece by piece and leaves it to others half of the time: a large one
/// at once would hold up everybody who commits to the same disk.
struct Steady {
    file: File,
    loose: usize,
}

impl Write for Steady {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let n = self.file.write(&bytes[..bytes.len().min(LOOSE)])?;
        self.loose += n;
        if self.loose >= LOOSE {
            self.loose = 0;
            let begun = std::time::Instant::now();
            self.file.sync_data()?;
            std::thread::sleep(begun.elapsed());
        }
        Ok(n)
    }
    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}
