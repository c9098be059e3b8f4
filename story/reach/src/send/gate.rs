//! The gates before a send, the same for the forecast, the selection and the last look.
use crate::campaign::check_audience;
use crate::channel::ChannelKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::{Tx, from_row, params};
use weir_know::Audience;

/// What the gates ask about a person.
pub struct Candidate {
    pub id: PersonId,
    /// The newest record of marketing consent on the channel.
    consent: Option<String>,
    address: Option<String>,
}
from_row!(Candidate { id, consent, address });

/// May it be sent, and where to? The address is as it lies in the database: sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open(String),
    Closed(&'static str),
}

impl Candidate {
    pub fn new(id: PersonId, consent: Option<String>, address: Option<String>) -> Candidate {
        Candidate { id, consent, address }
    }

    /// Consent, then address; the first gate that is closed is the reason.
    pub fn gate(&self) -> Gate {
        match (self.consent.as_deref(), self.address.as_deref().filter(|a| !a.is_empty())) {
            (Some("withdrawn"), _) => Gate::Closed("withdrawn"),
            (Some("granted"), Some(address)) => Gate::Open(address.to_string()),
            (Some("granted"), None) => Gate::Closed("no_address"),
            _ => Gate::Closed("no_consent"),
        }
    }
}

/// SQL over person `p`: the word that holds on marketing by this channel; null when there is none. `granted` is what `consent::granted_sql` asks for;
/// the reasons need the other words, too.
pub fn consent_sql(p: &str, kind: ChannelKind) -> String {
    let granted = weir_know::consent::granted_sql(p, kind.code());
    format!(
        "case when {granted} then 'granted' else (select w.status from consent_now w \
         where w.person_id = {p}.id and w.purpose = 'marketing' and w.channel = '{}') end",
        kind.code()
    )
}

/// The next persons of an audience, in id order.
pub fn chunk(
    tx: &mut Tx,
    brand: BrandId,
    kind: ChannelKind,
    audience: &Audience,
    after: PersonId,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let (consent, address, who) = (consent_sql("p", kind), kind.address_sql("p"), audience.sql()?);
    let sql = format!(
        "select p.id, {consent}, {address} from person p where p.brand_id = $1 and p.id > $2 and {who} order by p.id limit $3"
    );
    tx.all(&sql, params![brand, after, limit])
}

/// What is to be foretold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskForecast {
    pub channel: ChannelKind,
    #[serde(default)]
    pub audience: Audience,
    /// Basis points, 0 to 5000.
    #[schema(minimum = 0, maximum = 5000)]
    pub holdout_bp: i64,
}

/// Persons that a gate keeps back.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotReached {
    /// `no_consent`, `withdrawn` or `no_address`; of a campaign also `cancelled` or `merged`.
    pub reason: String,
    pub persons: i64,
}

/// What a send would do now: `selected` = `reachable` + `holdout` + those not reachable.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Forecast {
    pub selected: i64,
    /// Expected; who exactly is decided when the campaign runs.
    pub holdout: i64,
    /// Persons who would get the message.
    pub reachable: i64,
    pub not_reachable: Vec<NotReached>,
}

/// Runs the gates over the audience without sending anything.
pub fn forecast(tx: &mut Tx, brand: BrandId, ask: &AskForecast) -> Result<Forecast> {
    if !(0..=5000).contains(&ask.holdout_bp) {
        return Err(Problem::field("holdout_bp", format!("{} is not between 0 and 5000", ask.holdout_bp)));
    }
    check_audience(tx, brand, &ask.audience)?;
    let (mut selected, mut open, mut closed) = (0, 0, BTreeMap::new());
    let all = chunk(tx, brand, ask.channel, &ask.audience, PersonId::new(0), i64::MAX)?;
    for person in all {
        selected += 1;
        match person.gate() {
            Gate::Open(_) => open += 1,
            Gate::Closed(reason) => *closed.entry(reason).or_insert(0) += 1,
        }
    }
    let holdout = (open * ask.holdout_bp + 5_000) / 10_000;
    let not_reachable =
        closed.into_iter().map(|(reason, persons)| NotReached { reason: reason.to_string(), persons }).collect();
    Ok(Forecast { selected, holdout, reachable: open - holdout, not_reachable })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_asked_before_the_address() {
        let gate = |consent: Option<&str>, address: Option<&str>| {
            Candidate::new(PersonId::new(1), consent.map(str::to_string), address.map(str::to_string)).gate()
        };
        assert_eq!(gate(Some("granted"), Some("a@b.cn")), Gate::Open("a@b.cn".into()));
        assert_eq!(gate(Some("granted"), None), Gate::Closed("no_address"));
        assert_eq!(gate(Some("granted"), Some("")), Gate::Closed("no_address"));
        assert_eq!(gate(Some("withdrawn"), None), Gate::Closed("withdrawn"));
        assert_eq!(gate(Some("denied"), Some("a@b.cn")), Gate::Closed("no_consent"));
        assert_eq!(gate(None, Some("a@b.cn")), Gate::Closed("no_consent"));
    }
}
