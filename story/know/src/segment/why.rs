//! Why somebody is in a segment, or not: each condition with what it was based on. The answers come
//! from the code that decides (R26).
use super::rule::{Rule, Terms, compile};
use crate::live::Pool;
use serde::Serialize;
use utoipa::ToSchema;
use weir_ground::base::{Fen, Ms, Problem, Result, ids::SegmentId};
use weir_ground::event::PersonId;
use weir_lake::cond::{Cond, Evidence, NEVER, Who};
use weir_lake::{NO_VALUE, State, View};

/// A condition, whether it holds, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(no_recursion)]
pub struct Why {
    /// The condition; of a group the kind of group with nothing in it.
    pub rule: Rule,
    pub truth: bool,
    pub says: Says,
    /// When this could change without anything new.
    pub next_at: Option<Ms>,
    #[schema(no_recursion)]
    pub children: Vec<Why>,
}

/// What a condition was based on.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Says {
    /// The attribute's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What was counted or measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<f64>,
    /// The instants between which events counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_at: Option<Ms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_at: Option<Ms>,
    /// Events that counted, latest first.
    pub events: Vec<Seen>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Seen {
    pub name: String,
    pub at: Ms,
    pub value_fen: Option<Fen>,
}

/// A rule with its conditions compiled one by one.
struct Node {
    rule: Rule,
    cond: Cond,
    children: Vec<Node>,
}

fn plant(rule: &Rule, pool: &Pool, terms: &Terms) -> Result<Node> {
    let many = |all: &[Rule]| all.iter().map(|r| plant(r, pool, terms)).collect::<Result<Vec<Node>>>();
    let (bare, children) = match rule {
        Rule::All(all) => (Rule::All(vec![]), many(all)?),
        Rule::Any(all) => (Rule::Any(vec![]), many(all)?),
        Rule::AtLeast(a) => {
            (Rule::AtLeast(super::rule::AtLeast { k: a.k, of: vec![] }), many(&a.of)?)
        }
        Rule::Not(one) => (Rule::Not(Box::new(Rule::Any(vec![]))), vec![plant(one, pool, terms)?]),
        leaf => (leaf.clone(), vec![]),
    };
    let calendar = pool.calendar();
    let cond = compile(rule, &mut pool.lake.write(), &calendar, terms)?;
    Ok(Node { rule: bare, cond, children })
}

/// Explains a rule for one person at the instant up to which the pool is exact.
pub fn explain(pool: &Pool, rule: &Rule, person: PersonId, but: Option<SegmentId>) -> Result<Why> {
    let mut terms = pool.terms();
    if let Some(but) = but {
        terms.segments.remove(&but);
    }
    let node = plant(rule, pool, &terms)?;
    let (state, engine, calendar) = (pool.read(), pool.engine(), pool.calendar());
    let subject = state.people.find(person.n()).ok_or_else(|| Problem::not_found("person"))?;
    let root = state.people.root(subject);
    let member = |n: u32| engine.is_member(n, root);
    let now = engine.now().max(pool.exact_at());
    Ok(state.timeline(root, |view| {
        let who = Who { state: &state, calendar: &calendar, root, view, mask: state.mask(root), now, member: &member };
        tell(&node, &who)
    }))
}

fn tell(node: &Node, who: &Who<'_>) -> Why {
    let mut evidence = Evidence::default();
    let (truth, next) = if node.children.is_empty() {
        node.cond.leaf(who, Some(&mut evidence))
    } else {
        node.cond.eval(who)
    };
    let (from, to) = evidence.window.unzip();
    Why {
        rule: node.rule.clone(),
        truth,
        says: Says {
            value: match &node.rule {
                Rule::Pool(_) => holds(&node.cond, who),
                _ => value(&node.cond, who),
            },
            count: evidence.measure,
            from_at: from.filter(|t| *t > i64::MIN),
            to_at: to,
            events: evidence.rows.iter().map(|row| seen(who.state, who.view, *row)).collect(),
        },
        next_at: (next != NEVER).then_some(next),
        children: node.children.iter().map(|c| tell(c, who)).collect(),
    }
}

fn seen(state: &State, v: &View<'_>, row: usize) -> Seen {
    Seen {
        name: state.words.names.word(v.name[row] as u32).to_string(),
        at: v.at[row],
        value_fen: (v.value[row] != NO_VALUE).then(|| Fen(v.value[row])),
    }
}

/// The kinds of identities by which somebody is in a pool.
fn holds(cond: &Cond, who: &Who<'_>) -> Option<String> {
    let marks = match cond {
        Cond::Any(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let has = |mark: &str| who.state.people.marks.get(mark).is_some_and(|all| all.contains(who.root));
    let kinds: Vec<&str> = marks
        .iter()
        .filter_map(|c| match c {
            Cond::Mark(mark) if has(mark) => mark.strip_prefix("has."),
            _ => None,
        })
        .collect();
    (!kinds.is_empty()).then(|| kinds.join(", "))
}

/// The value of the attribute that a leaf looks at.
fn value(cond: &Cond, who: &Who<'_>) -> Option<String> {
    let people = &who.state.people;
    let column = match cond {
        Cond::Word(c, _) | Cond::Number(c, ..) | Cond::Present(c) | Cond::Missing(c) => *c,
        Cond::DaysAgo { column, .. } | Cond::Anniversary { column, .. } => *column,
        // A few leaves are several conditions on one column.
        Cond::All(all) | Cond::Any(all) => return all.iter().find_map(|c| value(c, who)),
        _ => return None,
    };
    match people.at(column) {
        weir_lake::Column::Words { dict, .. } => {
            let code = people.word(column, who.root);
            (code != 0).then(|| dict.word(code).to_string())
        }
        weir_lake::Column::Numbers(_) => {
            let n = people.number(column, who.root);
            (n != NO_VALUE).then(|| n.to_string())
        }
    }
}
