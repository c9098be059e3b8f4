//! The table of contents: what each chapter adds to the server.
use std::sync::{Arc, LazyLock, atomic::AtomicBool};
use std::thread::JoinHandle;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use weir_gather::import::Imports;
use weir_know::live::{self, Live};
use weir_know::person::erase;
use weir_know::segment::rule;
use weir_ground::Db;
use weir_ground::config::Config;
use weir_ground::http::{App, ProblemDocument};
use weir_ground::reader::Reader;
use weir_ground::timer::{Due, Handler, Handlers, Timers};
use weir_ground::{Tx, base::Result};

/// Every route of every chapter.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(weir_keep::routes())
        .merge(weir_know::routes(&LIVE))
        .merge(weir_know::person::erase::http::routes(ERASERS))
        .merge(weir_gather::routes(&imports()))
        .merge(weir_reach::routes())
        .merge(weir_sell::routes())
        .merge(weir_grow::routes())
        .merge(weir_measure::routes(&LIVE))
}

/// Who follows the log.
pub fn readers() -> Vec<Arc<dyn Reader>> {
    vec![
        Arc::new(weir_know::react::Know),
        Arc::new(weir_gather::catalogue::Catalogue),
        Arc::new(weir_grow::binding::Bind),
        Arc::new(weir_grow::commission::Commissions),
        Arc::new(weir_sell::product::Sold),
    ]
}

/// Who is called when a timer is due.
pub fn timers() -> Handlers {
    let handler = |f: fn(&mut Tx, &Due) -> Result<()>| -> Handler { Arc::new(f) };
    let erase = |tx: &mut Tx, due: &Due| erase::on_timer(tx, due, ERASERS);
    Arc::new(
        [
            (weir_know::stage::TIMER, handler(weir_know::stage::on_timer)),
            (weir_know::stage::OWN, handler(weir_know::stage::on_timer)),
            (weir_know::stage::REDEFINE, handler(weir_know::stage::on_redefine)),
            (erase::TIMER, Arc::new(erase) as Handler),
            (weir_know::attribute::sources::REFOLD, handler(weir_know::attribute::sources::on_refold)),
            (weir_gather::live_code::reserve::EXPIRE, handler(weir_gather::live_code::reserve::on_expire)),
            (weir_sell::order::EXPIRE, handler(weir_sell::order::on_expire)),
            (weir_sell::order::COMPLETE, handler(weir_sell::order::on_complete)),
            (weir_grow::commission::MATURE, handler(weir_grow::commission::on_mature)),
            (weir_ground::http::FORGET, handler(weir_ground::http::on_forget)),
        ]
        .into_iter()
        .collect::<Timers>()
        .with_rows(weir_sell::order::PLACED),
    )
}

/// What each chapter holds of a person, and how it lets go of it.
const ERASERS: erase::Chapters = erase::Chapters(&[
    weir_gather::erase::CHAPTER, weir_reach::erase::CHAPTER, weir_sell::erase::CHAPTER, weir_grow::erase::CHAPTER,
]);

/// What files can be imported as.
pub fn imports() -> Imports {
    IMPORTS.clone()
}

static IMPORTS: LazyLock<Imports> =
    LazyLock::new(|| Imports::new(vec![Arc::new(weir_sell::import::Products), Arc::new(weir_sell::import::Orders)]));

/// The lakes and segments of this process.
pub fn live() -> Arc<Live> {
    LIVE.clone()
}

static LIVE: LazyLock<Arc<Live>> = LazyLock::new(Arc::default);

/// Wakes the workers that sleep until they have something to do, so that they see a stop.
pub fn wake() {
    imports().wake();
    weir_reach::send::wake();
}

/// Starts everything that runs beside the requests.
pub fn start(db: &Db, config: &Arc<Config>, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<()>> {
    drop(db.submit(weir_ground::http::start_forgetting));
    let mut threads: Vec<JoinHandle<()>> =
        readers().into_iter().map(|r| weir_ground::reader::follow(db.clone(), r, stop.clone())).collect();
    threads.push(weir_ground::timer::run(db.clone(), timers(), stop.clone()));
    threads.push(weir_sell::effects::worker(db.clone(), providers(), stop.clone()));
    threads.push(weir_reach::send::worker(db.clone(), config.clone(), stop.clone()));
    LIVE.keep_in(Some(config.data.clone()));
    threads.push(live::worker(live(), db.clone(), stop.clone()));
    threads.push(weir_gather::import::run::worker(db.clone(), imports(), config.data.clone(), stop.clone()));
    threads
}

/// Payment channels that are set up.
pub fn providers() -> weir_sell::effects::Providers {
    Arc::new(vec![Arc::new(weir_sell::payment::TestProvider)])
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Weir", description = "Private-domain traffic in one program: gather, know, reach, sell, grow, measure, keep.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    // A rule contains rules, so its parts are named here: the generator stops where a type meets itself.
    components(schemas(
        ProblemDocument, rule::AnyOf, rule::AtLeast, rule::AttrTest, rule::ConsentTest, rule::EventCount, rule::EventEdge, rule::KindTest,
        rule::NotFollowed, rule::RfmTest, rule::SegmentTest, rule::Sequence, rule::StageTest, rule::EventTest, rule::PropTest, rule::Test,
        rule::Range, rule::Bounds, rule::Ahead, rule::Measure, rule::Window, rule::Calendary, rule::Dates, rule::Span, rule::SpanUnit,
        weir_know::segment::why::Says, weir_know::segment::why::Seen, weir_gather::touchpoint::table::TouchpointSort,
    )),
    modifiers(&Manners)
)]
struct Document;

/// What is true of all routes: how to sign in, and that every error is a problem document.
struct Manners;

impl utoipa::Modify for Manners {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
        let parts = api.components.get_or_insert_default();
        parts.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        parts.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("weir_session"))));
        api.security = Some(vec![
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("session", Vec::<String>::new()),
        ]);
    }
}

/// Adds the error answer to every operation.
fn with_problems(api: &mut utoipa::openapi::OpenApi) {
    use utoipa::openapi::{Content, Ref, RefOr, Response};
    for item in api.paths.paths.values_mut() {
        let operations = [
            &mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let mut problem = Response::new("A problem: `code` says which, `detail` what to do.");
            problem.content.insert(
                "application/problem+json".into(),
                RefOr::T(Content::new(Some(RefOr::Ref(Ref::from_schema_name("ProblemDocument"))))),
            );
            operation.responses.responses.insert("default".into(), RefOr::T(problem));
        }
    }
}

/// The router and its document.
pub fn split() -> (axum::Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut api) = routes().split_for_parts();
    with_problems(&mut api);
    (router, api)
}

/// The OpenAPI document as it is checked in.
pub fn openapi() -> String {
    split().1.to_pretty_json().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    /// `weir openapi > openapi.json` writes it anew.
    /// Whatever is spoken of is described.
    #[test]
    fn every_schema_that_is_named_is_there() {
        let text = super::openapi();
        let api: serde_json::Value = serde_json::from_str(&text).unwrap();
        let known = api["components"]["schemas"].as_object().unwrap();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(known.contains_key(name), "{name} is not among the schemas");
        }
    }

    #[test]
    fn the_checked_in_openapi_is_the_real_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept.trim_end() == super::openapi(), "openapi.json is out of date: run `weir openapi > openapi.json`");
    }
}
