//! The order's states and moves: a pure, exhaustive table (O1). A test prints it into the docs.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Problem, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Stock is held, nothing is paid.
    Placed,
    /// Being cancelled; waits for the channel to close what it might still take.
    Closing,
    Paid,
    /// Paid after it was cancelled and could not be revived; the money is on its way back.
    PaidLate,
    /// Packed, or ready to be picked up.
    Ready,
    /// Handed over or shipped.
    Fulfilled,
    Completed,
    Cancelled,
    Refunded,
}

/// Why an order closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    User,
    Ttl,
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The channel says that an attempt was paid.
    PayOk,
    CancelAsked,
    TtlFired,
    /// The last open attempt is closed, or there was none.
    AttemptsClosed,
    AllRefunded,
    MakeReady,
    Fulfil,
    Complete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Go(State),
    /// Known already: acknowledge, change nothing.
    Dup,
    /// Acknowledge and send this money back.
    Surplus,
    /// Take holds again at the frozen price, or else PaidLate.
    Revive,
    /// Not allowed; nothing happens.
    Refuse,
}

impl State {
    pub const ALL: [State; 9] = [
        State::Placed, State::Closing, State::Paid, State::PaidLate, State::Ready, State::Fulfilled,
        State::Completed, State::Cancelled, State::Refunded,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            State::Placed => "placed",
            State::Closing => "closing",
            State::Paid => "paid",
            State::PaidLate => "paid_late",
            State::Ready => "ready",
            State::Fulfilled => "fulfilled",
            State::Completed => "completed",
            State::Cancelled => "cancelled",
            State::Refunded => "refunded",
        }
    }

    pub fn parse(code: &str) -> Result<State> {
        State::ALL
            .into_iter()
            .find(|s| s.code() == code)
            .ok_or_else(|| Problem::field("state", format!("{code} is not a state of an order")))
    }
}

impl Event {
    pub const ALL: [Event; 8] = [
        Event::PayOk, Event::CancelAsked, Event::TtlFired, Event::AttemptsClosed, Event::AllRefunded,
        Event::MakeReady, Event::Fulfil, Event::Complete,
    ];
}

/// What an event does to an order. `why` is why a closing order closes.
#[deny(clippy::wildcard_enum_match_arm)]
pub fn step(state: State, why: Option<Why>, event: Event) -> Verdict {
    use Event::*;
    use State::*;
    use Verdict::*;
    match (state, event) {
        (Placed, PayOk) => Go(Paid),
        (Placed, CancelAsked | TtlFired) => Go(Closing),
        (Placed, AttemptsClosed) => Dup,
        (Placed, AllRefunded | MakeReady | Fulfil | Complete) => Refuse,

        // The clock may lose against money that is coming: the holds are still there.
        (Closing, PayOk) => match why {
            Some(Why::User) => Go(PaidLate),
            Some(Why::Ttl) | None => Go(Paid),
        },
        (Closing, CancelAsked) => Go(Closing),
        (Closing, TtlFired) => Dup,
        (Closing, AttemptsClosed) => Go(Cancelled),
        (Closing, AllRefunded | MakeReady | Fulfil | Complete) => Refuse,

        (Cancelled, PayOk) => Revive,
        (Cancelled, CancelAsked | TtlFired | AttemptsClosed | AllRefunded) => Dup,
        (Cancelled, MakeReady | Fulfil | Complete) => Refuse,

        (PaidLate, PayOk) => Surplus,
        (PaidLate, CancelAsked | TtlFired | AttemptsClosed) => Dup,
        (PaidLate, AllRefunded) => Go(Cancelled),
        (PaidLate, MakeReady | Fulfil | Complete) => Refuse,

        (Paid, PayOk) => Surplus,
        (Paid, CancelAsked) => Refuse,
        (Paid, TtlFired | AttemptsClosed) => Dup,
        (Paid, AllRefunded) => Go(Refunded),
        (Paid, MakeReady) => Go(Ready),
        (Paid, Fulfil) => Go(Fulfilled),
        (Paid, Complete) => Refuse,

        (Ready, PayOk) => Surplus,
        (Ready, CancelAsked) => Refuse,
        (Ready, TtlFired | AttemptsClosed | MakeReady) => Dup,
        (Ready, AllRefunded) => Go(Refunded),
        (Ready, Fulfil) => Go(Fulfilled),
        (Ready, Complete) => Refuse,

        (Fulfilled, PayOk) => Surplus,
        (Fulfilled, CancelAsked | MakeReady) => Refuse,
        (Fulfilled, TtlFired | AttemptsClosed | Fulfil) => Dup,
        (Fulfilled, AllRefunded) => Go(Refunded),
        (Fulfilled, Complete) => Go(Completed),

        (Completed, PayOk) => Surplus,
        (Completed, CancelAsked | MakeReady | Fulfil) => Refuse,
        (Completed, TtlFired | AttemptsClosed | Complete) => Dup,
        (Completed, AllRefunded) => Go(Refunded),

        (Refunded, PayOk) => Surplus,
        (Refunded, CancelAsked | TtlFired | AttemptsClosed | AllRefunded) => Dup,
        (Refunded, MakeReady | Fulfil | Complete) => Refuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in the docs is this table.
    #[test]
    fn the_documented_table_is_the_real_one() {
        let mut text = String::from(
            "# Moves of an order\n\nGenerated from `story/sell/src/order/state.rs`; `WEIR_BLESS=1 cargo test -p weir-sell` writes it anew.\n\n| state |",
        );
        for e in Event::ALL {
            text += &format!(" {e:?} |");
        }
        text += &format!("\n|{}\n", " --- |".repeat(Event::ALL.len() + 1));
        let rows = State::ALL.into_iter().flat_map(|s| match s {
            State::Closing => vec![(s, Some(Why::User)), (s, Some(Why::Ttl))],
            _ => vec![(s, None)],
        });
        for (s, why) in rows {
            let name = why.map_or(format!("{s:?}"), |w| format!("{s:?} ({w:?})"));
            text += &format!("| {name} |");
            for e in Event::ALL {
                text += &match step(s, why, e) {
                    Verdict::Go(to) => format!(" **{to:?}** |"),
                    other => format!(" {other:?} |"),
                };
            }
            text += "\n";
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/order-moves.md");
        if std::env::var("WEIR_BLESS").is_ok() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text);
    }

    #[test]
    fn money_is_never_refused() {
        for s in State::ALL {
            for why in [None, Some(Why::User), Some(Why::Ttl)] {
                assert_ne!(step(s, why, Event::PayOk), Verdict::Refuse, "{s:?}");
            }
        }
    }
}
