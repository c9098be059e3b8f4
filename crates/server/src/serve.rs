//! Serving: bind, start the readers, answer, and stop without losing anything.
use crate::{Listen, Store, story, web};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::io::Write;
use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
use std::time::{Duration, Instant};
use weir_ground::base::{Problem, Result};
use weir_ground::http::{App, Fail};
use weir_ground::metrics::Metrics;

/// Requests under way get this long to finish after a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Opens the store and serves until a signal. `note` is printed to people once it listens.
pub fn run(store: &Store, listen: &Listen, note: Option<&str>) -> Result<()> {
    let db = store.open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Problem::internal)?;
    let served = runtime.block_on(async {
        let address = format!("{}:{}", listen.listen, listen.port);
        let listener = tokio::net::TcpListener::bind(&address).await.map_err(|e| {
            Problem::invalid(format!("Cannot listen on {address}: {e}. Choose another --port, or stop what uses it."))
        })?;
        let port = listener.local_addr().map_err(Problem::internal)?.port();
        let config = Arc::new(listen.config(store, port));
        let app = App { db: db.clone(), config: config.clone(), metrics: Arc::new(Metrics::new()) };
        let stop = Arc::new(AtomicBool::new(false));
        let threads = story::start(&db, &config, &stop);
        println!("listening http://{}:{port}", listen.listen);
        let _ = std::io::stdout().flush();
        if let Some(note) = note {
            eprintln!("{}", note.replace("{port}", &port.to_string()));
        }
        let ended = until_stopped(listener, router(app)).await;
        stop.store(true, Ordering::SeqCst);
        db.shared().events.ring();
        db.shared().timers.ring();
        db.shared().places_moved.ring();
        story::wake();
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|t| drop(t.join())));
        let _ = tokio::time::timeout(GRACE, joined).await;
        ended
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    db.close();
    served
}

async fn until_stopped(listener: tokio::net::TcpListener, router: Router) -> Result<()> {
    use axum::serve::ListenerExt;
    let listener = listener.tap_io(|io| {
        let _ = io.set_nodelay(true);
    });
    let (asked, stopping) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<std::net::SocketAddr>()).with_graceful_shutdown(async move {
        signal().await;
        let _ = asked.send(());
    });
    tokio::select! {
        ended = server.into_future() => ended.map_err(Problem::internal),
        // Idle connections that are kept alive must not hold up the stop.
        _ = async { let _ = stopping.await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
}

/// The chapters' routes, the pages, and what operators need.
pub fn router(app: App) -> Router {
    let (chapters, api) = story::split();
    let document: Arc<str> = api.to_json().unwrap_or_default().into();
    let openapi = move || async move { ([(header::CONTENT_TYPE, "application/json")], document.to_string()) };
    chapters
        .route("/api/openapi.json", axum::routing::get(openapi))
        .route("/healthz", axum::routing::get(healthz))
        .route("/metrics", axum::routing::get(metrics))
        .fallback(web::page)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), measure))
        .layer(tower_http::compression::CompressionLayer::new().compress_when(Large))
        .with_state(app)
}

/// Small answers cost more to compress than to send.
#[derive(Clone, Copy)]
struct Large;

impl tower_http::compression::Predicate for Large {
    fn should_compress<B: axum::body::HttpBody>(&self, r: &axum::http::Response<B>) -> bool {
        use tower_http::compression::predicate::{NotForContentType, SizeAbove};
        SizeAbove::new(2048).and(NotForContentType::IMAGES).should_compress(r)
            && !r.headers().contains_key(header::CONTENT_ENCODING)
    }
}

async fn wrong_method() -> Fail {
    Fail(Problem::new(weir_ground::base::Code::NotFound, "This address does not take that method."))
}

async fn healthz(State(app): State<App>) -> Response {
    match app.db.read(|tx| tx.one::<i64>("select count(*) from weir_schema", &[])).await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

async fn metrics(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.text(&app.db)).into_response()
}

async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let start = Instant::now();
    let answer = next.run(request).await;
    let route = route.as_ref().map_or("page", MatchedPath::as_str);
    app.metrics.requests.with_label_values(&[route, answer.status().as_str()]).inc();
    app.metrics.seconds.with_label_values(&[route]).observe(start.elapsed().as_secs_f64());
    answer
}
