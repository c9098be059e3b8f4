//! What a visitor sees who was led to a guide: a name, a shop, and the guide's own contact code.
//!
//! The page stands on its own (no script, nothing from elsewhere but the guide's picture), because
//! it opens inside a chat's browser on a slow network. Its address is the reservation: opened again
//! later it shows the same guide while the place is held or they added each other, and else asks to
//! scan again.
use super::plan;
use crate::touchpoint::qr;
use crate::visit::http::english;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use weir_ground::base::ids::{LiveCodeId, ReservationId, SlotId};
use weir_ground::base::{Problem, Result};
use weir_ground::http::{Answer, App, Path};
use weir_ground::{Tx, params};

struct Guide {
    name: String,
    store: Option<String>,
    brand: String,
    code: String,
    url: Option<String>,
    /// The place is held, or they added each other.
    open: bool,
}

fn guide(tx: &mut Tx, id: ReservationId) -> Result<Option<Guide>> {
    type Found = (LiveCodeId, i64, SlotId, String, String, String, String, Option<String>);
    let found: Option<Found> = tx.opt(
        "select c.id, c.version, r.slot_id, r.state, f.name, t.code, b.name, \
         (select s.name from store s where s.id = t.store_id) from live_reservation r join live_code c on c.id = r.live_code_id \
         join touchpoint t on t.id = c.touchpoint_id join staff f on f.id = r.staff_id join brand b on b.id = r.brand_id where r.id = $1",
        params![id],
    )?;
    let Some((live, version, slot, state, name, code, brand, store)) = found else { return Ok(None) };
    let plan = plan::read(tx, live, version)?;
    let slot = plan.slot(slot);
    let own: Option<String> = match slot.and_then(|s| s.store_id) {
        Some(store) => tx.opt("select name from store where id = $1", params![store])?,
        None => None,
    };
    let url = slot.and_then(|s| s.url.clone());
    Ok(Some(Guide { name, store: own.or(store), brand, code, url, open: state != "expired" && slot.is_some() }))
}

/// Is the address a picture of a code already?
fn picture(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or("").to_lowercase();
    [".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"].iter().any(|e| path.ends_with(e)) || path.contains("qpic.cn/")
}

/// Text as it can stand in a page, between tags and in quotes.
pub(crate) fn safe(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The page of the guide that a live code chose. Public.
#[utoipa::path(get, path = "/g/{id}", tag = "gather", params(("id" = ReservationId, Path, description = "The place that is held")), security(()),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)))]
pub async fn guide_page(State(app): State<App>, Path(id): Path<ReservationId>, headers: HeaderMap) -> Answer<Response> {
    let found = app.db.read(move |tx| guide(tx, id)).await?;
    let Some(g) = found else { return Ok(crate::visit::http::nothing_here(&headers)) };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(html(&g, id, english(&headers)))).into_response())
}

fn html(g: &Guide, id: ReservationId, english: bool) -> String {
    let say = |zh: &'static str, en: &'static str| if english { en } else { zh };
    let again = format!("/c/{}", safe(&g.code));
    let body = match (&g.url, g.open) {
        (_, false) => format!(
            "<p class=\"note\">{}</p><a class=\"button\" href=\"{again}\">{}</a>",
            say("这张名片已过期，我们再为您安排一位顾问。", "This card has expired; let us find somebody for you again."),
            say("重新安排", "Find somebody")
        ),
        (None, true) => format!("<p class=\"note\">{}</p>", say("到店后报上这个名字，就能找到专属于您的顾问。", "Ask for this name in the shop.")),
        (Some(url), true) => {
            let image = if picture(url) { safe(url) } else { format!("/g/{id}/qr.png") };
            let link = if picture(url) {
                String::new()
            } else {
                format!("<a class=\"button\" href=\"{}\">{}</a>", safe(url), say("添加顾问", "Add contact"))
            };
            format!(
                "<img src=\"{image}\" width=\"232\" height=\"232\" alt=\"{}\"><p class=\"note\">{}</p>{link}",
                say("顾问的二维码", "The guide's code"),
                say("长按识别二维码，添加您的专属顾问", "Press and hold the code to add your guide")
            )
        }
    };
    let initial: String = g.name.chars().take(1).collect();
    let store = g.store.as_deref().map(|s| format!("<p class=\"store\">{}</p>", safe(s))).unwrap_or_default();
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style>\
         <main><p class=\"brand\">{brand}</p><div class=\"face\" aria-hidden=\"true\">{initial}</div><h1>{name}</h1>{store}{body}</main></html>",
        if english { "en" } else { "zh-CN" },
        title = safe(&format!("{} · {}", g.name, g.brand)),
        brand = safe(&g.brand),
        initial = safe(&initial),
        name = safe(&g.name),
    )
}

const STYLE: &str = "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;\
font:16px/1.6 system-ui,'PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif;color:#14212B;background:#EEF4F4}\
main{width:100%;max-width:340px;background:#fff;border-radius:12px;padding:28px 24px;text-align:center;box-shadow:0 2px 16px rgba(20,33,43,.08)}\
.brand{margin:0 0 20px;color:#5A6B75;font-size:14px}.face{width:64px;height:64px;margin:0 auto 12px;border-radius:50%;background:#0E7C86;color:#fff;\
font-size:28px;line-height:64px}h1{font-size:20px;margin:0}.store{margin:4px 0 0;color:#5A6B75;font-size:14px}img{display:block;margin:20px auto 8px}\
.note{margin:12px 0 0;color:#5A6B75;font-size:14px}.button{display:block;margin:20px 0 0;padding:12px;border-radius:6px;background:#0E7C86;color:#fff;text-decoration:none}";

/// The contact link of a guide as a QR picture. Public.
#[utoipa::path(get, path = "/g/{id}/qr.png", tag = "gather", params(("id" = ReservationId, Path)), security(()),
    responses((status = 200, content_type = "image/png", body = Vec<u8>)))]
pub async fn guide_qr(State(app): State<App>, Path(id): Path<ReservationId>) -> Answer<Response> {
    let found = app.db.read(move |tx| guide(tx, id)).await?;
    let url = found.filter(|g| g.open).and_then(|g| g.url).ok_or_else(|| Problem::not_found("contact code"))?;
    let url = if url.starts_with('/') { app.config.link(&url) } else { url };
    let png = tokio::task::spawn_blocking(move || qr::png(&url, 696)).await.map_err(Problem::internal)??;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=300")], png).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_write_into_the_page() {
        let g = Guide {
            name: "<b>张'\"".into(),
            store: Some("南京西路店".into()),
            brand: "A&B".into(),
            code: "C".into(),
            url: Some("https://work.weixin.qq.com/ca/x".into()),
            open: true,
        };
        let page = html(&g, ReservationId::new(7), false);
        assert!(page.contains("&lt;b&gt;张&#39;&quot;") && page.contains("A&amp;B") && !page.contains("<b>"), "{page}");
        assert!(page.contains("/g/rsv_0000000000007/qr.png") && page.contains("添加顾问"));
        let expired = html(&Guide { open: false, ..g }, ReservationId::new(7), true);
        assert!(expired.contains("href=\"/c/C\"") && !expired.contains("qr.png"));
    }

    #[test]
    fn pictures_are_shown_as_they_are() {
        assert!(picture("https://x.cn/a.PNG?b=1") && picture("https://wework.qpic.cn/wwpic/1/0") && !picture("https://work.weixin.qq.com/ca/x"));
    }
}
