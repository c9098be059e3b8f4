//! `/sa`, `/sa.gif` and `/debug`: where the SDKs of Sensors Analytics send to.
//!
//! The write key stands where their server address has `token`: `https://…/sa?token=weir_ingest_…`
//! (or as `project`, in the header, or in a record of its own, which then goes before the address).
use super::super::http::{LARGE, WIRE, blocking, unpack, who};
use super::super::{Around, Batch, Trust, take};
use super::wire::Form;
use super::{damaged, is_key, parse, records};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::HashMap;
use std::ops::Range;
use utoipa::{IntoParams, ToSchema};
use weir_ground::base::{Code, Ms, Problem, Result};
use weir_ground::event::BrandId;
use weir_ground::http::{Answer, App, Fail, body, header_text};
use weir_keep::key::WriteKey;

/// The smallest picture there is.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// What may stand in the address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Address {
    /// The write key.
    pub token: Option<String>,
    /// A project of the former server, or the write key.
    pub project: Option<String>,
}

/// A form, whatever the content type says.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SensorsForm)]
pub struct Sent {
    /// One record: JSON as base64.
    pub data: Option<String>,
    /// Records: a JSON array as base64.
    pub data_list: Option<String>,
    /// 1: the JSON was packed before it was written as base64.
    pub gzip: Option<String>,
    /// `crc=<n>`: Java's hash of the base64 text.
    pub ext: Option<String>,
}

/// Take records as the SDKs of Sensors Analytics send them. Answered when they are durable; a record that cannot be
/// taken is kept in quarantine and does not hold up the others.
#[utoipa::path(post, path = "/sa", tag = "gather", params(Address),
    request_body(content = Sent, content_type = "application/x-www-form-urlencoded"), security(("basic" = []), ("bearer" = []), ()),
    responses((status = 200, description = "The records are durable.")))]
pub async fn take_records(State(app): State<App>, WriteKey(key): WriteKey, request: Request) -> Answer<Response> {
    let picture = request.method() == Method::GET;
    taken(&app, key, request, false).await?;
    let open = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if picture {
        let kind = (header::CONTENT_TYPE, "image/gif");
        return Ok(([open, kind, (header::CACHE_CONTROL, "no-store")], GIF).into_response());
    }
    Ok([open].into_response())
}

/// Take a record from the address of a picture, as web pages send it.
#[utoipa::path(get, path = "/sa.gif", tag = "gather", params(Address, ("data" = Option<String>, Query), ("ext" = Option<String>, Query)),
    security(("basic" = []), ("bearer" = []), ()), responses((status = 200, description = "A picture of one pixel.", content_type = "image/gif")))]
pub async fn take_picture(app: State<App>, key: WriteKey, request: Request) -> Answer<Response> {
    take_records(app, key, request).await
}

/// Take or, with `Dry-Run: true`, only check records; what is wrong with them is answered as text.
#[utoipa::path(post, path = "/debug", tag = "gather", params(Address, ("Dry-Run" = Option<String>, Header)),
    request_body(content = Sent, content_type = "application/x-www-form-urlencoded"), security(("basic" = []), ("bearer" = []), ()),
    responses((status = 200, description = "All records are good."), (status = 400, description = "What is wrong.", body = String, content_type = "text/plain")))]
pub async fn debug_records(State(app): State<App>, WriteKey(key): WriteKey, request: Request) -> Answer<Response> {
    let dry = header_text(request.headers(), "dry-run").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let wrong = match taken(&app, key, request, dry).await {
        Err(Fail(p)) if p.code == Code::Invalid => {
            let fields = p.errors.iter().map(|e| format!("{}: {}", e.field, e.detail));
            std::iter::once(p.detail.clone()).chain(fields).collect()
        }
        other => other?,
    };
    let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    if wrong.is_empty() {
        return Ok((open, "").into_response());
    }
    Ok((StatusCode::BAD_REQUEST, open, wrong.join("\n")).into_response())
}

/// A part of a body, or why it has no records.
type Part = std::result::Result<(bytes::Bytes, Vec<(Range<usize>, Option<String>)>), Batch>;

/// Takes a request; answers what was wrong with which record.
async fn taken(app: &App, header_key: Option<String>, request: Request, dry: bool) -> Answer<Vec<String>> {
    let mut form = Form::default();
    form.read(request.uri().query().unwrap_or(""));
    let encoding = encoding(request.headers());
    let packed = body(request, WIRE).await?;
    let received = app.db.now();
    let large = packed.len() > LARGE;
    let read = move || -> Result<(Form, Vec<Part>)> {
        let body = unpack(&encoding, packed)?;
        form.read(&String::from_utf8_lossy(&body));
        let packed = form.packed()?;
        if form.data.is_empty() {
            return Err(Problem::field("data", "send records as data or data_list"));
        }
        let parts = form.data.iter().map(|data| part(&form, data, packed, received)).collect();
        Ok((form, parts))
    };
    let (form, parts) = if large { blocking(read).await? } else { read()? };

    let address_key = header_key.or_else(|| [form.token, form.project].into_iter().flatten().find(|k| is_key(k)));
    let mut known: HashMap<String, (BrandId, Trust)> = HashMap::new();
    let default = match address_key {
        Some(secret) => {
            let (ingest, scope) = who(app, secret).await?;
            Some((ingest.brand, Trust::of(&scope)))
        }
        None => None,
    };
    for own in parts.iter().flatten().flat_map(|p| &p.1).filter_map(|r| r.1.as_ref()) {
        if !known.contains_key(own) {
            match who(app, own.clone()).await {
                Ok((ingest, scope)) => drop(known.insert(own.clone(), (ingest.brand, Trust::of(&scope)))),
                // With another key at hand it is the record that is wrong.
                Err(p) if p.code == Code::NotSignedIn && default.is_some() => {}
                Err(p) => return Err(p.into()),
            }
        }
    }
    let sort = move || sorted(parts, &known, default, received);
    let batches = if large { blocking(sort).await? } else { sort()? };
    let mut wrong: Vec<String> = batches.iter().flat_map(|(_, b)| b.refused.iter().map(|r| r.detail.clone())).collect();
    if dry {
        let ours = |i: &&super::Item| super::super::is_ours(&i.name);
        wrong.extend(batches.iter().flat_map(|(_, b)| &b.items).filter(ours).map(|i| format!("event: {} is reserved", i.name)));
        return Ok(wrong);
    }
    let quarantined = app
        .db
        .write(move |tx| {
            let mut quarantined = 0;
            for (brand, batch) in &batches {
                quarantined += take(tx, *brand, batch)?.quarantined;
            }
            Ok(quarantined)
        })
        .await?;
    if wrong.is_empty() && quarantined > 0 {
        wrong.push(format!("{quarantined} records are in quarantine; the console says why"));
    }
    Ok(wrong)
}

fn encoding(headers: &HeaderMap) -> String {
    header_text(headers, "content-encoding").unwrap_or_default()
}

fn part(form: &Form, data: &str, packed: bool, received: Ms) -> Part {
    let around = || Around { received, ..Around::default() };
    let json = match form.decode(data, packed) {
        Ok(json) => bytes::Bytes::from(json),
        Err(bad) => return Err(damaged(data.to_string().into(), bad, around())),
    };
    let found = match std::str::from_utf8(&json) {
        Ok(text) => records(text),
        Err(e) => Err((crate::quarantine::Reason::Corrupt, format!("the data is not UTF-8: {e}"))),
    };
    match found {
        Ok(places) => Ok((json, places)),
        Err(bad) => Err(damaged(json, bad, around())),
    }
}

/// The records by whom they are for.
fn sorted(
    parts: Vec<Part>,
    known: &HashMap<String, (BrandId, Trust)>,
    default: Option<(BrandId, Trust)>,
    received: Ms,
) -> Result<Vec<(BrandId, Batch)>> {
    let nobody = || {
        Problem::new(Code::NotSignedIn, "Name a write key: as token in the address (/sa?token=weir_ingest_…), or in every record.")
    };
    let mut out = vec![];
    for part in parts {
        let (body, places) = match part {
            Ok(part) => part,
            Err(damaged) => {
                out.push((default.ok_or_else(nobody)?.0, damaged));
                continue;
            }
        };
        let mut groups: Vec<((BrandId, Trust), Vec<Range<usize>>)> = vec![];
        let mut strange = vec![];
        for (at, own) in places {
            let to = match own {
                None => default.ok_or_else(nobody)?,
                Some(own) => match known.get(&own) {
                    Some(to) => *to,
                    None => {
                        strange.push(at);
                        continue;
                    }
                },
            };
            match groups.iter_mut().find(|g| g.0 == to) {
                Some(group) => group.1.push(at),
                None => groups.push((to, vec![at])),
            }
        }
        for ((brand, trust), places) in groups {
            out.push((brand, parse(body.clone(), &places, Around { received, trust, ..Around::default() })));
        }
        for at in strange {
            let bad = super::invalid("token, project: the record names a key that is unknown or revoked");
            out.push((default.ok_or_else(nobody)?.0, damaged(body.slice(at), bad, Around { received, ..Around::default() })));
        }
    }
    Ok(out)
}
