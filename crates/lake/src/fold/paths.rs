//! What people do after (or before) something, step by step.
use super::{Scope, Which};
use crate::{State, Subject, View};
use roaring::RoaringBitmap;

/// The question.
pub struct Paths {
    pub anchor: Which,
    /// What follows the anchor, or what leads to it?
    pub forward: bool,
    /// Steps beside the anchor.
    pub depth: usize,
    /// Names kept at each step; the others are one node together.
    pub top: usize,
    /// Milliseconds from the anchor, inclusive.
    pub within: i64,
    /// Anchors within [from, to). Of several, the first counts (going back: the last).
    pub from: i64,
    pub to: i64,
}

/// A step's node: a name's code, the rest, or nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    Name(u16),
    Rest,
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub step: usize,
    pub node: Node,
    pub persons: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The step it comes from; the anchor is step 0.
    pub step: usize,
    pub from: Node,
    pub to: Node,
    pub persons: u64,
    /// Of the time between the two; `None` where nothing more came.
    pub median_ms: Option<i64>,
}

/// The answer: step 0 is the anchor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub places: Vec<Place>,
    pub links: Vec<Link>,
}

/// One person's way, as found in the columns.
#[derive(Clone, Copy)]
struct Way {
    person: Subject,
    len: u32,
    /// Where its names and times begin.
    begin: usize,
}

#[derive(Default)]
struct Ways {
    ways: Vec<Way>,
    names: Vec<u16>,
    at: Vec<i64>,
}

impl Paths {
    /// The rows of a person's way, the anchor first.
    fn way(&self, state: &State, v: &View<'_>, mut take: impl FnMut(usize)) -> bool {
        let fits = |i: &usize| v.at[*i] >= self.from && v.at[*i] < self.to && self.anchor.takes(state, v, *i);
        let anchor = if self.forward { (0..v.len()).find(fits) } else { (0..v.len()).rev().find(fits) };
        let Some(anchor) = anchor else { return false };
        take(anchor);
        let near = |i: &usize| (v.at[*i] - v.at[anchor]).abs() <= self.within;
        if self.forward {
            (anchor + 1..v.len()).take_while(near).take(self.depth).for_each(take);
        } else {
            (0..anchor).rev().take_while(near).take(self.depth).for_each(take);
        }
        true
    }

    fn ways(&self, scope: &Scope<'_>) -> Option<Ways> {
        let step = |a: &mut Ways, state: &State, person: Subject, v: &View<'_>| {
            let begin = a.names.len();
            let (names, at) = (&mut a.names, &mut a.at);
            let found = self.way(state, v, |row| {
                names.push(v.name[row]);
                at.push(v.at[row]);
            });
            if found {
                a.ways.push(Way { person, len: (a.names.len() - begin) as u32, begin });
            }
        };
        scope.walk(self.anchor.name.bit(), Ways::default, step, |a, b| {
            let shift = a.names.len();
            a.names.extend(b.names);
            a.at.extend(b.at);
            a.ways.extend(b.ways.into_iter().map(|w| Way { begin: w.begin + shift, ..w }));
        })
    }

    /// The names that are kept at each step, most frequent first.
    fn kept(&self, ways: &Ways) -> Vec<Vec<u16>> {
        (0..=self.depth)
            .map(|step| {
                let mut counts = vec![0u32; 1 << 16];
                ways.ways.iter().filter(|w| step < w.len as usize).for_each(|w| counts[ways.names[w.begin + step] as usize] += 1);
                let mut names: Vec<u16> = (0..=u16::MAX).filter(|n| counts[*n as usize] > 0).collect();
                names.sort_by_key(|n| (std::cmp::Reverse(counts[*n as usize]), *n));
                names.truncate(self.top.max(1));
                names
            })
            .collect()
    }

    pub fn ask(&self, scope: &Scope<'_>) -> Option<Flow> {
        let ways = self.ways(scope)?;
        let kept = self.kept(&ways);
        let mut flow = Flow::default();
        for step in 0..=self.depth {
            let mut places: Vec<Place> = vec![];
            let mut links: Vec<(Link, Vec<i64>)> = vec![];
            for w in &ways.ways {
                let Some(node) = node(w, &ways, &kept, step) else { continue };
                match places.iter_mut().find(|p| p.node == node) {
                    Some(p) => p.persons += 1,
                    None => places.push(Place { step, node, persons: 1 }),
                }
                if node == Node::End || step == self.depth {
                    continue;
                }
                let to = node_or_end(w, &ways, &kept, step + 1);
                let took = (to != Node::End).then(|| (ways.at[w.begin + step + 1] - ways.at[w.begin + step]).abs());
                match links.iter_mut().find(|l| l.0.from == node && l.0.to == to) {
                    Some((l, times)) => {
                        l.persons += 1;
                        times.extend(took);
                    }
                    None => {
                        links.push((Link { step, from: node, to, persons: 1, median_ms: None }, Vec::from_iter(took)));
                    }
                }
            }
            places.sort_by_key(|p| (p.node == Node::End, p.node == Node::Rest, std::cmp::Reverse(p.persons), p.node));
            flow.places.extend(places);
            links.sort_by_key(|l| (std::cmp::Reverse(l.0.persons), l.0.from, l.0.to));
            for (mut link, mut times) in links {
                let half = times.len() / 2;
                link.median_ms = (!times.is_empty()).then(|| *times.select_nth_unstable(half).1);
                flow.links.push(link);
            }
        }
        Some(flow)
    }

    /// The persons who are at a node of a step.
    pub fn persons(&self, scope: &Scope<'_>, step: usize, at: Node) -> Option<RoaringBitmap> {
        let ways = self.ways(scope)?;
        let kept = self.kept(&ways);
        Some(ways.ways.iter().filter(|w| node(w, &ways, &kept, step) == Some(at)).map(|w| w.person).collect())
    }
}

/// A way's node at a step; `None` beyond its end.
fn node(w: &Way, ways: &Ways, kept: &[Vec<u16>], step: usize) -> Option<Node> {
    (step <= w.len as usize && step < kept.len()).then(|| node_or_end(w, ways, kept, step))
}

fn node_or_end(w: &Way, ways: &Ways, kept: &[Vec<u16>], step: usize) -> Node {
    if step >= w.len as usize {
        return Node::End;
    }
    let name = ways.names[w.begin + step];
    if kept[step].contains(&name) { Node::Name(name) } else { Node::Rest }
}
