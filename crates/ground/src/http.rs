//! The manners of HTTP: problems, bodies, paging, idempotency keys.
mod file;

pub use file::file;

use crate::base::{Code, FieldError, Problem};
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::event::BrandId;
use crate::metrics::Metrics;
use crate::params;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub config: Arc<Config>,
    pub metrics: Arc<Metrics>,
}

/// A refusal on its way out.
#[derive(Debug)]
pub struct Fail(pub Problem);

impl From<Problem> for Fail {
    fn from(p: Problem) -> Self {
        Fail(p)
    }
}

pub type Answer<T> = Result<T, Fail>;

/// The body of an error, `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable code for programs.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl From<Problem> for ProblemDocument {
    fn from(p: Problem) -> Self {
        let (code, status, title) = p.code.facts();
        ProblemDocument {
            kind: format!("https://weir.dev/problems/{code}"),
            title: title.into(),
            status,
            code: code.into(),
            detail: p.detail,
            errors: p.errors,
        }
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let mut problem = self.0;
        if problem.code == Code::Internal {
            tracing::error!("{}", problem.detail);
            problem.detail = "The server logged the cause. Nothing was changed; try again, and report it if it stays.".into();
        }
        let busy = matches!(problem.code, Code::Busy | Code::TooMany);
        let doc = ProblemDocument::from(problem);
        let status = StatusCode::from_u16(doc.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&doc).unwrap_or_default();
        let mut answer = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if busy {
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        answer
    }
}

/// A page of a list and where the next one begins.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Pass it as `cursor` for the next page; null at the end.
    pub next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T> List<T> {
    pub fn all(items: Vec<T>) -> List<T> {
        List { items, next: None, total: None }
    }
    /// Cuts a page that was asked for with one row too many.
    pub fn page(mut items: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> List<T> {
        let more = items.len() as i64 > limit;
        items.truncate(limit as usize);
        let next = if more { items.last().map(cursor) } else { None };
        List { items, next, total: None }
    }
}

/// `?cursor=…&limit=…` of a list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
    /// Rows a page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

impl Page {
    pub fn limit(&self) -> Result<i64, Problem> {
        match self.limit {
            None => Ok(50),
            Some(n @ 1..=200) => Ok(n),
            Some(n) => Err(Problem::field("limit", format!("{n} is not between 1 and 200"))),
        }
    }
    /// The cursor as numbers, `def` for a first page.
    pub fn after<const N: usize>(&self, def: [i64; N]) -> Result<[i64; N], Problem> {
        let Some(text) = self.cursor.as_deref().filter(|c| !c.is_empty()) else { return Ok(def) };
        let bad = || Problem::field("cursor", "use the `next` of the page before, unchanged");
        let parts: Vec<i64> = text.split('.').map(|p| p.parse().map_err(|_| bad())).collect::<Result<_, _>>()?;
        parts.try_into().map_err(|_| bad())
    }
}

/// JSON in, with problems that say where it is wrong; JSON out.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// Bodies above this are refused where a route does not say otherwise.
pub const BODY_LIMIT: usize = 1 << 20;

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Fail;
    async fn from_request(req: Request, _: &S) -> Result<Self, Fail> {
        let kind = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/json") {
            return Err(Problem::new(Code::Unsupported, "Send the body as Content-Type: application/json.").into());
        }
        let body = body(req, BODY_LIMIT).await?;
        parse(&body).map(Json)
    }
}

/// Parses JSON; the problem names the line, column and what was expected.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Answer<T> {
    serde_json::from_slice(body).map_err(|e| Problem::invalid(format!("The JSON body cannot be read: {e}.")).into())
}

/// Reads a whole body up to `limit` bytes.
pub async fn body(req: Request, limit: usize) -> Answer<bytes::Bytes> {
    axum::body::to_bytes(req.into_body(), limit).await.map_err(|e| {
        let too_long = std::error::Error::source(&e).is_some_and(|s| s.to_string().contains("length limit"));
        Fail(if too_long || e.to_string().contains("length limit") {
            Problem::new(Code::TooLarge, format!("The body is larger than {limit} bytes; send less at a time."))
        } else {
            Problem::invalid("The body broke off before its end.")
        })
    })
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(e) => Fail(Problem::internal(e)).into_response(),
        }
    }
}

/// Query parameters, with problems instead of plain text.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fail> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|q| Query(q.0))
            .map_err(|e| Problem::invalid(format!("The query cannot be read: {}.", e.body_text())).into())
    }
}

/// Path parameters; an id that is not one of ours is simply not there.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fail> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|p| Path(p.0))
            .map_err(|e| Problem::new(Code::NotFound, format!("The path has no valid id: {}.", e.body_text())).into())
    }
}

/// Stored answers may hold anything; they are sealed with a key of their own.
pub(crate) const ANSWERS: BrandId = BrandId::new(0);

/// Who repeats what: the scope of an idempotency key and the digest of the request (I1).
#[derive(Clone, Debug)]
pub struct Once {
    key: Option<String>,
    route: String,
    body: i64,
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fail> {
        let key = header_text(&parts.headers, "idempotency-key");
        if key.as_ref().is_some_and(|k| k.len() > 200 || k.is_empty()) {
            return Err(Problem::field("Idempotency-Key", "use 1 to 200 characters").into());
        }
        Ok(Once { key, route: format!("{} {}", parts.method, parts.uri.path()), body: 0 })
    }
}

/// A visible header as text.
pub fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_string)
}

/// 63 bits of SHA-256.
fn short_hash(parts: &[&[u8]]) -> i64 {
    use sha2::{Digest, Sha256};
    let mut h = Sha256::new();
    for p in parts {
        h.update((p.len() as u64).to_le_bytes());
        h.update(p);
    }
    let d = h.finalize();
    i64::from_le_bytes([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]]) & i64::MAX
}

impl Once {
    /// Adds the body to what must be equal when the key is seen again.
    pub fn of(mut self, body: &impl Serialize) -> Once {
        if self.key.is_some() {
            self.body = short_hash(&[&serde_json::to_vec(body).unwrap_or_default()]);
        }
        self
    }

    /// Runs `f` unless this request was answered before; then that answer is given again, byte for
    /// byte. The answer is stored in the same transaction; a refusal stores nothing (I2, I3).
    pub fn run<T: Serialize>(
        &self,
        tx: &mut Tx,
        brand: BrandId,
        principal: &str,
        f: impl FnOnce(&mut Tx) -> crate::base::Result<T>,
    ) -> crate::base::Result<Said> {
        let text = |value: &T| serde_json::to_string(value).map_err(Problem::internal);
        let Some(key) = &self.key else { return f(tx).and_then(|v| text(&v)).map(Said) };
        let scope = short_hash(&[&brand.n().to_le_bytes(), principal.as_bytes(), self.route.as_bytes()]);
        let before: Option<(i64, String)> =
            tx.opt("select body, answer from idempotency where key = $1 and scope = $2", params![key, scope])?;
        match before {
            Some((body, answer)) if body == self.body => return tx.keys(ANSWERS).open(&answer).map(Said),
            Some(_) => {
                return Err(Problem::new(
                    Code::KeyReused,
                    "This Idempotency-Key already answered another request; send a new key for a new request.",
                ));
            }
            None => {}
        }
        let answer = text(&f(tx)?)?;
        let now = tx.now();
        tx.guard(
            "insert into idempotency (key, scope, body, answer, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
            params![key, scope, self.body, &tx.keys(ANSWERS).seal(&answer), now],
        )?
        .or(|| {
            // A twin committed first: run again and find its answer.
            Problem::again("The same request is being answered; try again.")
        })?;
        Ok(Said(answer))
    }
}

/// A stored or fresh JSON answer.
#[derive(Debug, Clone)]
pub struct Said(pub String);

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

/// Keys are kept this long (I4 asks for at least seven days).
pub const KEY_LIFE: crate::base::Ms = 8 * crate::base::time::DAY;

/// Forgets old keys, a few thousand at a time; tells whether more are left.
pub fn forget_keys(tx: &mut Tx) -> crate::base::Result<bool> {
    let before = tx.now() - KEY_LIFE;
    let n = tx.exec(
        "delete from idempotency where (key, scope) in (select key, scope from idempotency where at < $1 limit 2000)",
        params![before],
    )?;
    Ok(n == 2000)
}

/// What stands in the place of a stored answer that told something of an erased person.
const FORGOTTEN: &str = r#"{"erased":true}"#;

/// Forgets stored answers for which `tells` holds, some at a time behind a key and its scope. The keys stay, so
/// what was done once is not done again. Answers how many, and where to go on.
pub fn forget_answers(tx: &mut Tx, after: &(String, i64), mut tells: impl FnMut(&str) -> bool) -> crate::base::Result<(i64, Option<(String, i64)>)> {
    const SOME: i64 = 500;
    let found: Vec<(String, i64, String)> = tx.all(
        "select key, scope, answer from idempotency where (key, scope) > ($1, $2) order by key, scope limit $3",
        params![&after.0, after.1, SOME],
    )?;
    let (seal, mut forgotten) = (tx.keys(ANSWERS), 0);
    for (key, scope, answer) in &found {
        if tells(&seal.open(answer)?) {
            let empty = seal.seal(FORGOTTEN);
            tx.exec("update idempotency set answer = $1 where key = $2 and scope = $3", params![&empty, key, *scope])?;
            forgotten += 1;
        }
    }
    let full = found.len() as i64 == SOME;
    Ok((forgotten, found.into_iter().next_back().filter(|_| full).map(|(key, scope, _)| (key, scope))))
}

/// The timer that forgets old keys; its key is 1.
pub const FORGET: &str = "idempotency.forget";

/// Makes sure that old keys are forgotten from now on.
pub fn start_forgetting(tx: &mut Tx) -> crate::base::Result<()> {
    let now = tx.now();
    tx.exec(
        "insert into timer (kind, key, due_at, brand_id) values ($1, 1, $2, 0) on conflict do nothing",
        params![FORGET, now],
    )?;
    Ok(())
}

/// Forgets a chunk, and comes again at once while there is more, else in six hours.
pub fn on_forget(tx: &mut Tx, due: &crate::timer::Due) -> crate::base::Result<()> {
    let wait = if forget_keys(tx)? { 0 } else { 6 * crate::base::time::HOUR };
    let again = tx.now() + wait;
    tx.set_timer(FORGET, due.key, again, due.brand)
}
