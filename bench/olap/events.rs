//! What half a million people might do in half a year, the same for the same seed: visits of a few
//! steps, most people seldom, few often; views lead to carts, carts to orders.
use arrow_array::types::{Int64Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use weir_lake::bulk::{Bulk, Coded};
use weir_lake::{Position, Result};

/// 2026-01-01 and 2026-06-30, midnight in Shanghai.
pub const FROM: i64 = 1_767_196_800_000;
pub const TO: i64 = FROM + 180 * 86_400_000;

/// What happens, and how often in 1,000 after the step before.
const NAMES: [(&str, u64); 20] = [
    ("page.viewed", 520),
    ("product.viewed", 170),
    ("cart.added", 55),
    ("checkout.started", 30),
    ("order.paid", 22),
    ("search.done", 60),
    ("message.sent", 40),
    ("message.opened", 18),
    ("coupon.granted", 15),
    ("coupon.used", 6),
    ("live_code.scanned", 8),
    ("channel.followed", 6),
    ("member.joined", 4),
    ("review.written", 4),
    ("favourite.added", 14),
    ("share.sent", 8),
    ("refund.asked", 2),
    ("service.asked", 6),
    ("sign_in", 8),
    ("app.opened", 4),
];
const PAGE: usize = 0;
const CART: usize = 2;
const PAID: usize = 4;

pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        ((self.next() as u128 * n as u128) >> 64) as u64
    }
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
    /// Of a normal distribution.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

#[derive(Clone, Copy)]
struct Step {
    at: i64,
    name: u8,
    touchpoint: u16,
    value: i64,
}

/// One person's half year, in order of time, no two at the same millisecond.
fn live(r: &mut Random, mean: f64, out: &mut Vec<Step>) {
    out.clear();
    // Log-normal with σ = 1.2: the median person does half of what the mean one does.
    let n = ((mean.ln() - 0.72 + 1.2 * r.normal()).exp().round() as usize).clamp(1, 20_000);
    let born = FROM + r.below((TO - FROM) as u64) as i64;
    let life = ((TO - born) as f64 * r.unit().sqrt()) as i64 + 1;
    let touchpoint = (r.unit() * r.unit() * 40.0) as u16 + 1;
    while out.len() < n {
        let mut at = born + r.below(life as u64) as i64;
        for _ in 0..1 + r.below(9) {
            let mut pick = r.below(1000);
            let mut name = 0;
            while pick >= NAMES[name].1 {
                pick -= NAMES[name].1;
                name += 1;
            }
            let value = if name == PAID || name == CART { ((8.6 + r.normal()).exp() as i64).max(1) * 10 } else { 0 };
            let touchpoint = if name == PAGE && r.below(4) == 0 { r.below(40) as u16 + 1 } else { touchpoint };
            out.push(Step { at, name: name as u8, touchpoint, value });
            at += 2_000 + r.below(240_000) as i64;
            if out.len() == n || at >= TO - 1_000_000 {
                break;
            }
        }
    }
    out.sort_by_key(|s| s.at);
    for i in 1..out.len() {
        out[i].at = out[i].at.max(out[i - 1].at + 1);
    }
}

/// Writes the same events for Weir and, as Parquet, for the peers; answers how many.
pub fn make(events: u64, persons: u64, seed: u64, weir: &Path, parquet: &Path) -> Result<u64> {
    let position = Position { xid: 1, id: events as i64 };
    let mut bulk = Bulk::begin(weir, position)?;
    let names = NAMES.map(|(name, _)| bulk.words.names.code(name) as u16);
    let touchpoints: Vec<u32> = (0..=40).map(|n| bulk.words.touchpoints.code(&format!("tp_{n}"))).collect();
    let mut table = Table::begin(parquet)?;
    let (mut r, mut steps, mut seq) = (Random(seed), vec![], 0i64);
    for person in 0..persons {
        live(&mut r, events as f64 / persons as f64, &mut steps);
        let coded = steps.iter().map(|s| {
            seq += 1;
            let value = (s.value > 0).then_some(s.value);
            let (name, touchpoint) = (names[s.name as usize], touchpoints[s.touchpoint as usize]);
            Coded { at: s.at, seq, name, value, touchpoint, store: 0, props: &[] }
        });
        bulk.person(person as i64 + 1, coded)?;
        table.rows(person as u32 + 1, &steps)?;
    }
    table.finish()?;
    bulk.finish(position)?;
    Ok(seq as u64)
}

/// A Parquet file in pieces of a million rows.
struct Table {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    person: Vec<u32>,
    steps: Vec<Step>,
}

impl Table {
    fn begin(path: &Path) -> Result<Table> {
        let field = |name: &str, kind| Field::new(name, kind, false);
        let schema = Arc::new(Schema::new(vec![
            field("person", DataType::UInt32),
            field("ts", DataType::UInt64),
            field("name", DataType::Utf8),
            field("touchpoint", DataType::UInt16),
            field("value", DataType::Int64),
        ]));
        let writer = ArrowWriter::try_new(File::create(path)?, schema.clone(), None).map_err(std::io::Error::other)?;
        Ok(Table { writer, schema, person: vec![], steps: vec![] })
    }
    fn rows(&mut self, person: u32, steps: &[Step]) -> Result<()> {
        self.person.extend(std::iter::repeat_n(person, steps.len()));
        self.steps.extend_from_slice(steps);
        if self.steps.len() >= 1 << 20 { self.flush() } else { Ok(()) }
    }
    fn flush(&mut self) -> Result<()> {
        let steps = std::mem::take(&mut self.steps);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(PrimitiveArray::<UInt32Type>::from(std::mem::take(&mut self.person))),
            Arc::new(PrimitiveArray::<UInt64Type>::from_iter_values(steps.iter().map(|s| s.at as u64))),
            Arc::new(StringArray::from_iter_values(steps.iter().map(|s| NAMES[s.name as usize].0))),
            Arc::new(PrimitiveArray::<UInt16Type>::from_iter_values(steps.iter().map(|s| s.touchpoint))),
            Arc::new(PrimitiveArray::<Int64Type>::from_iter_values(steps.iter().map(|s| s.value))),
        ];
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(std::io::Error::other)?;
        self.writer.write(&batch).map_err(std::io::Error::other)
    }
    fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map_err(std::io::Error::other)?;
        Ok(())
    }
}
