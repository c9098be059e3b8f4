//! The way out: every mail carries a link that ends the mails. Opening it only asks (programs open
//! links, too); the button, or the mail program's own one (RFC 8058), withdraws the consent.
use axum::extract::State;
use axum::response::Html;
use sha2::{Digest, Sha256};
use weir_ground::base::{Problem, Result, ids};
use weir_ground::event::{BrandId, PersonId};
use weir_ground::http::{Answer, App, Path};
use weir_ground::{Tx, params, secret};
use weir_know::consent::{self, SetConsent};

/// Only who got the mail knows the key: it is made with the campaign's salt.
fn key(salt: &str, message: ids::MessageId) -> String {
    let digest = Sha256::digest(format!("opt-out {salt} {message}").as_bytes());
    secret::hex(&digest[..12])
}

/// The path that is written into a mail.
pub fn path(salt: &str, message: ids::MessageId) -> String {
    format!("/u/{message}/{}", key(salt, message))
}

/// Whose mail it was; a wrong key is a page that is not there.
fn find(tx: &mut Tx, message: ids::MessageId, given: &str) -> Result<(BrandId, PersonId, String, String)> {
    type Found = (BrandId, PersonId, String, String, String);
    let found: Option<Found> = tx.opt(
        "select m.brand_id, p.root_id, m.channel, b.name, c.salt from message m join campaign c on c.id = m.campaign_id \
         join person p on p.id = m.person_id join brand b on b.id = m.brand_id where m.id = $1 and c.historical = 0",
        params![message],
    )?;
    match found {
        Some((brand, person, channel, name, salt)) if key(&salt, message) == given => Ok((brand, person, channel, name)),
        _ => Err(Problem::new(weir_ground::base::Code::NotFound, "This link is not whole. Open it from the mail again.")),
    }
}

fn page(body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>退订 · Unsubscribe</title><style>body{{font:16px/1.7 system-ui,\"PingFang SC\",\
         \"Noto Sans SC\",\"Microsoft YaHei\",sans-serif;color:#14212B;background:#FBFCFC;max-width:28rem;margin:18vh auto 0;padding:0 24px}}\
         p{{margin:0 0 12px}}.en{{color:#5b6b75}}button{{font:inherit;min-height:44px;padding:0 24px;border:0;border-radius:6px;\
         background:#0E7C86;color:#fff}}</style>{body}</html>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Asks whether the mails shall end.
#[utoipa::path(get, path = "/u/{message}/{key}", tag = "public", params(("message" = ids::MessageId, Path), ("key" = String, Path)), responses((status = 200, content_type = "text/html", body = String)), security(()))]
pub async fn opt_out_page(
    State(app): State<App>,
    Path((message, key)): Path<(ids::MessageId, String)>,
) -> Answer<Html<String>> {
    let (.., brand) = app.db.read(move |tx| find(tx, message, &key)).await?;
    let brand = escape(&brand);
    Ok(page(&format!(
        "<p>不再接收 {brand} 的营销邮件？</p><p class=\"en\">Stop marketing mails from {brand}?</p>\
         <form method=\"post\"><button>退订 · Unsubscribe</button></form>"
    )))
}

/// Withdraws the consent.
pub fn withdraw(tx: &mut Tx, message: ids::MessageId, key: &str) -> Result<()> {
    let (brand, person, channel, _) = find(tx, message, key)?;
    if weir_know::person::erase::is_erased(tx, person)? {
        return Ok(());
    }
    let says = SetConsent {
        purpose: "marketing".into(),
        channel,
        status: "withdrawn".into(),
        proof: Some(format!("unsubscribe link of {message}")),
    };
    consent::set(tx, brand, person, &says, "opt_out", None)
}

/// Ends the mails.
#[utoipa::path(post, path = "/u/{message}/{key}", tag = "public", params(("message" = ids::MessageId, Path), ("key" = String, Path)), responses((status = 200, content_type = "text/html", body = String)), security(()))]
pub async fn opt_out(
    State(app): State<App>,
    Path((message, key)): Path<(ids::MessageId, String)>,
) -> Answer<Html<String>> {
    app.db.write(move |tx| withdraw(tx, message, &key)).await?;
    Ok(page("<p>已退订，您不会再收到营销邮件。</p><p class=\"en\">Done. You will not get marketing mails any more.</p>"))
}
