//! The plug point of this chapter: a way to reach a person.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_connect::mail::{self, Mail, Outcome, Smtp};
use weir_ground::Tx;
use weir_ground::base::{Problem, Result, ids};
use weir_ground::config::Config;
use weir_ground::event::{BrandId, PersonId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Channel)]
pub enum ChannelKind {
    Inbox,
    Email,
}

impl ChannelKind {
    pub const ALL: [ChannelKind; 2] = [ChannelKind::Inbox, ChannelKind::Email];

    pub const fn code(self) -> &'static str {
        match self {
            ChannelKind::Inbox => "inbox",
            ChannelKind::Email => "email",
        }
    }

    pub fn parse(code: &str) -> Result<ChannelKind> {
        let found = ChannelKind::ALL.into_iter().find(|c| c.code() == code);
        found.ok_or_else(|| Problem::field("channel", "use inbox or email"))
    }

    /// SQL over person `p`: where this channel finds the person, null when nowhere. Only somebody
    /// with an account of ours can open an inbox.
    pub fn address_sql(self, p: &str) -> String {
        match self {
            ChannelKind::Inbox => format!("case when {p}.known = 1 then 'inbox' end"),
            ChannelKind::Email => format!("{p}.email"),
        }
    }
}

/// A message on its way to one person.
#[derive(Clone, Debug)]
pub struct Letter {
    pub brand: BrandId,
    pub message: ids::MessageId,
    pub person: PersonId,
    pub to: String,
    pub subject: String,
    pub body: String,
    /// As the campaign has it: an address, or a path of this server.
    pub link: Option<String>,
    /// Where the person ends these messages.
    pub opt_out: String,
}

/// A way to reach a person.
pub trait Channel: Send + Sync {
    fn kind(&self) -> ChannelKind;
    /// Does a message leave this program? Then it is [`Channel::call`]ed outside of any transaction.
    fn leaves_the_house(&self) -> bool;
    /// Delivers within the transaction that records the message as sent.
    fn deliver(&self, tx: &mut Tx, letter: &Letter) -> Result<()>;
    /// Hands the message to the outside world; may take seconds.
    fn call(&self, letter: &Letter) -> Outcome;
}

/// The inbox of the mall: the message row is what the customer reads, so nothing else is written.
struct Inbox;

impl Channel for Inbox {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Inbox
    }
    fn leaves_the_house(&self) -> bool {
        false
    }
    fn deliver(&self, _: &mut Tx, _: &Letter) -> Result<()> {
        Ok(())
    }
    fn call(&self, _: &Letter) -> Outcome {
        Outcome::Accepted
    }
}

/// E-mail, by the configured server or into the sandbox mailbox.
struct Email {
    /// `None`: no server is configured. `Err`: what is wrong with the one that is.
    smtp: Option<Result<Smtp>>,
    base: String,
}

impl Email {
    fn text(&self, letter: &Letter) -> String {
        let link = letter.link.as_deref().map(|l| match l.strip_prefix('/') {
            Some(path) => format!("\n\n{}/{path}", self.base),
            None => format!("\n\n{l}"),
        });
        let (body, link) = (&letter.body, link.unwrap_or_default());
        format!("{body}{link}\n\n—\n退订 · Unsubscribe: {}{}\n", self.base, letter.opt_out)
    }
}

impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }
    fn leaves_the_house(&self) -> bool {
        self.smtp.is_some()
    }
    fn deliver(&self, tx: &mut Tx, letter: &Letter) -> Result<()> {
        mail::catch(tx, letter.brand, Some(letter.message), &letter.to, &letter.subject, &self.text(letter))
    }
    fn call(&self, letter: &Letter) -> Outcome {
        let unsubscribe = format!("{}{}", self.base, letter.opt_out);
        match &self.smtp {
            Some(Ok(smtp)) => smtp.send(&Mail {
                id: &letter.message.to_string(),
                to: &letter.to,
                subject: &letter.subject,
                text: &self.text(letter),
                unsubscribe: Some(&unsubscribe),
            }),
            Some(Err(problem)) => Outcome::NotNow(problem.detail.clone()),
            None => Outcome::NotNow("no mail server is configured".into()),
        }
    }
}

/// The channels of this server.
pub struct Channels(Vec<Box<dyn Channel>>);

impl Channels {
    pub fn new(config: &Config) -> Channels {
        let smtp = config.smtp_url.as_deref().map(|url| Smtp::new(url, &config.mail_from));
        let base = config.public_url.trim_end_matches('/').to_string();
        Channels(vec![Box::new(Inbox), Box::new(Email { smtp, base })])
    }

    pub fn of(&self, kind: ChannelKind) -> Result<&dyn Channel> {
        let found = self.0.iter().find(|c| c.kind() == kind);
        found.map(|c| &**c).ok_or_else(|| Problem::internal(format!("no channel {}", kind.code())))
    }
}
