//! E-mail: over SMTP where a server is configured, else into the built-in sandbox mailbox.
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::PoolConfig;
use lettre::{Message, SmtpTransport, Transport};
use std::time::Duration;
use weir_ground::base::{Id, Problem, Result, ids};
use weir_ground::event::BrandId;
use weir_ground::{Tx, params};

/// One mail, plain text.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// The part of the Message-ID before the `@`: the same mail always has the same one.
    pub id: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    /// Where one click (RFC 8058) ends the mails.
    pub unsubscribe: Option<&'a str>,
}

/// What a mail server did with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// It said no for good (5xx), or the address is none: trying again would not help.
    Refused(String),
    /// It proved not to have taken it (4xx, or no connection): trying later is safe.
    NotNow(String),
    /// The connection broke with the mail under way: it may or may not have been taken.
    Unknown(String),
}

/// A mail server; connections are kept and used again.
pub struct Smtp {
    transport: SmtpTransport,
    from: Mailbox,
}

/// How long a server may take over one step.
const PATIENCE: Duration = Duration::from_secs(20);

impl Smtp {
    /// `url` is `smtp://user:password@host:587?tls=required`, `smtps://…` or `smtp://host:25`;
    /// `from` is an address, with or without a name.
    pub fn new(url: &str, from: &str) -> Result<Smtp> {
        let from = from.parse().map_err(|e| Problem::invalid(format!("The sender address {from} is not usable: {e}.")))?;
        let transport = SmtpTransport::from_url(url)
            .map_err(|e| Problem::invalid(format!("The SMTP address is not usable: {e}.")))?
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(2))
            .build();
        Ok(Smtp { transport, from })
    }

    pub fn send(&self, mail: &Mail<'_>) -> Outcome {
        let message = match self.compose(mail) {
            Ok(message) => message,
            Err(why) => return Outcome::Refused(why),
        };
        match self.transport.send(&message) {
            Ok(_) => Outcome::Accepted,
            Err(e) if e.is_permanent() || e.is_client() => Outcome::Refused(e.to_string()),
            Err(e) if e.is_transient() || never_connected(&e) => Outcome::NotNow(e.to_string()),
            Err(e) => Outcome::Unknown(e.to_string()),
        }
    }

    fn compose(&self, mail: &Mail<'_>) -> std::result::Result<Message, String> {
        let to: Mailbox = mail.to.parse().map_err(|e| format!("the address is not usable: {e}"))?;
        let host = self.from.email.domain();
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{host}>", mail.id)))
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN);
        if let Some(url) = mail.unsubscribe {
            builder = builder
                .raw_header(raw("List-Unsubscribe", format!("<{url}>")))
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        builder.body(mail.text.to_string()).map_err(|e| e.to_string())
    }
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// The library tells a connection that was never made only by its text.
fn never_connected(e: &lettre::transport::smtp::Error) -> bool {
    e.to_string().starts_with("Connection error")
}

/// Keeps a mail in the sandbox mailbox instead of sending it; the second time is a no-op.
pub fn catch(tx: &mut Tx, brand: BrandId, message: Option<ids::MessageId>, to: &str, subject: &str, text: &str) -> Result<()> {
    let (id, now): (Id<()>, _) = (tx.new_id(), tx.now());
    let keys = tx.keys(brand);
    tx.exec(
        "insert into sandbox_mail (id, brand_id, message_id, recipient, subject, body, at) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict do nothing",
        params![id, brand, message, &keys.seal(to), &keys.seal(subject), &keys.seal(text), now],
    )?;
    Ok(())
}
