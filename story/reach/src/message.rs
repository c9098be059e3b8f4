//! A message (消息): what one campaign did to one person.
use crate::campaign::{CampaignId, http::of_brand};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_ground::base::{Ms, Problem, Result, ids};
use weir_ground::http::{Answer, App, Json, List, Page, Path, Query};
use weir_ground::seal::mask;
use weir_ground::{Row, Tx, Value, db::row::FromRow, from_row, params};
use weir_know::person::http::PersonRef;
use weir_keep::{May, Staff};

/// Puts a person's name into a text: `{{name}}`, or `{{name|friend}}` with what to say when the
/// name is not known. Other braces stay as they are.
pub fn render(text: &str, name: Option<&str>) -> String {
    let name = name.map(str::trim).filter(|n| !n.is_empty());
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let inside = from.find("}}").map(|end| (&from[2..end], &from[end + 2..]));
        match inside {
            Some((word, after)) if is_name(word) => {
                let fallback = word.split_once('|').map_or("", |(_, f)| f.trim());
                out.push_str(name.unwrap_or(fallback));
                rest = after;
            }
            _ => {
                out.push_str("{{");
                rest = &from[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_name(word: &str) -> bool {
    word.split_once('|').map_or(word, |(w, _)| w).trim() == "name"
}

/// Which side of the comparison a person is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignArm)]
pub enum ArmKind {
    Treated,
    Holdout,
}

impl ArmKind {
    pub const fn code(self) -> &'static str {
        match self {
            ArmKind::Treated => "treated",
            ArmKind::Holdout => "holdout",
        }
    }
    fn parse(code: &str) -> Result<ArmKind> {
        [ArmKind::Treated, ArmKind::Holdout]
            .into_iter()
            .find(|a| a.code() == code)
            .ok_or_else(|| Problem::internal(format!("an arm called {code}")))
    }
}

/// What became of a message. Inside, one that is out of the house is `calling`; to everybody else
/// it still is an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    Intent,
    Sent,
    Failed,
    Skipped,
    HeldOut,
    /// Nobody knows whether it arrived; it is not sent again.
    Unknown,
}

impl MessageState {
    pub const ALL: [MessageState; 6] = [
        MessageState::Intent, MessageState::Sent, MessageState::Failed, MessageState::Skipped, MessageState::HeldOut,
        MessageState::Unknown,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            MessageState::Intent => "intent",
            MessageState::Sent => "sent",
            MessageState::Failed => "failed",
            MessageState::Skipped => "skipped",
            MessageState::HeldOut => "held_out",
            MessageState::Unknown => "unknown",
        }
    }
    fn parse(code: &str) -> Result<MessageState> {
        MessageState::ALL
            .into_iter()
            .find(|s| s.code() == code)
            .ok_or_else(|| Problem::internal(format!("a message in state {code}")))
    }
}

/// One person of a campaign and what became of the message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageRow {
    pub id: ids::MessageId,
    pub person: PersonRef,
    pub arm: ArmKind,
    pub state: MessageState,
    pub reason: Option<String>,
    pub sent_at: Option<Ms>,
    pub read_at: Option<Ms>,
    pub clicked_at: Option<Ms>,
}

impl FromRow for MessageRow {
    fn from_row(r: &Row<'_>) -> Result<MessageRow> {
        Ok(MessageRow {
            id: r.get(0)?,
            person: PersonRef { id: r.get(1)?, name: r.get(2)? },
            arm: ArmKind::parse(&r.get::<String>(3)?)?,
            state: MessageState::parse(&r.get::<String>(4)?)?,
            reason: r.get(5)?,
            sent_at: r.get(6)?,
            read_at: r.get(7)?,
            clicked_at: r.get(8)?,
        })
    }
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindMessages {
    pub arm: Option<ArmKind>,
    pub state: Option<MessageState>,
}

fn list(tx: &mut Tx, who: &Staff, id: CampaignId, find: &FindMessages, page: &Page) -> Result<List<MessageRow>> {
    of_brand(tx, who, id)?;
    let (limit, [after]) = (page.limit()?, page.after([0])?);
    const STATE: &str = "case when m.state = 'calling' then 'intent' else m.state end";
    let filter = format!(
        "m.brand_id = $1 and m.campaign_id = $2 and (cast($3 as text) is null or m.arm = $3) \
         and (cast($4 as text) is null or {STATE} = $4)"
    );
    let (arm, state) = (find.arm.map(ArmKind::code), find.state.map(MessageState::code));
    let base: [Value<'_>; 4] = [who.brand.into(), id.into(), arm.into(), state.into()];
    let total = tx.one(&format!("select count(*) from message m where {filter}"), &base)?;
    let mut all = base.to_vec();
    all.extend([Value::Int(after), Value::Int(limit + 1)]);
    let sql = format!(
        "select m.id, r.id, r.name, m.arm, {STATE}, m.reason, m.sent_at, m.read_at, m.clicked_at from message m \
         join person p on p.id = m.person_id join person r on r.id = p.root_id \
         where {filter} and m.id > $5 order by m.id limit $6"
    );
    let mut list = List::page(tx.all(&sql, &all)?, limit, |m: &MessageRow| m.id.n().to_string());
    list.total = Some(total);
    Ok(list)
}

/// Everybody of a campaign's audience and what became of them.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/messages", tag = "reach", params(("id" = CampaignId, Path), FindMessages, Page), responses((status = 200, body = List<MessageRow>)))]
pub async fn list_messages(
    State(app): State<App>,
    who: Staff,
    Path(id): Path<CampaignId>,
    Query(find): Query<FindMessages>,
    Query(page): Query<Page>,
) -> Answer<Json<List<MessageRow>>> {
    who.need(May::MeasureRead)?;
    who.need(May::PersonRead)?;
    Ok(Json(app.db.read(move |tx| list(tx, &who, id, &find, &page)).await?))
}

/// A mail that the built-in sandbox caught.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxMail {
    pub id: ids::MailId,
    pub to: String,
    pub subject: String,
    pub body: String,
    pub at: Ms,
}
from_row!(SandboxMail { id, to, subject, body, at });

/// Mails that were caught because no SMTP server is configured, newest first.
#[utoipa::path(get, path = "/api/v1/sandbox/mails", tag = "reach", params(Page), responses((status = 200, body = List<SandboxMail>)))]
pub async fn list_mails(State(app): State<App>, who: Staff, Query(page): Query<Page>) -> Answer<Json<List<SandboxMail>>> {
    who.need(May::CampaignWrite)?;
    let (limit, [before]) = (page.limit()?, page.after([i64::MAX])?);
    let items = app
        .db
        .read(move |tx| {
            let mut mails: Vec<SandboxMail> = tx.all(
                "select id, recipient, subject, body, at from sandbox_mail where brand_id = $1 and id < $2 order by id desc limit $3",
                params![who.brand, before, limit + 1],
            )?;
            let keys = tx.keys(who.brand);
            for m in &mut mails {
                (m.to, m.subject, m.body) = (mask("email", &keys.open(&m.to)?), keys.open(&m.subject)?, keys.open(&m.body)?);
            }
            Ok(mails)
        })
        .await?;
    Ok(Json(List::page(items, limit, |m: &SandboxMail| m.id.n().to_string())))
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn names_are_put_in_and_everything_else_stays() {
        assert_eq!(render("{{name}}，您好", Some("陈晨")), "陈晨，您好");
        assert_eq!(render("Dear {{ name | friend }}!", None), "Dear friend!");
        assert_eq!(render("{{name}}!", Some("  ")), "!");
        assert_eq!(render("{{price}} {{ {{name|x}} }}", Some("A")), "{{price}} {{ A }}");
        assert_eq!(render("100% {{name", Some("A")), "100% {{name");
    }
}
