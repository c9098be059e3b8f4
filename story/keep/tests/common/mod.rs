//! A brand with people of every role, and the routes of the chapters that keep guards.
#![allow(dead_code)]
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;
use weir_ground::Db;
use weir_ground::config::Config;
use weir_ground::db::row::FromRow;
use weir_ground::event::{BrandId, StoreId};
use weir_ground::http::App;
use weir_ground::metrics::Metrics;
use weir_keep::brand::{self, NewBrand};
use weir_keep::staff::{self, NewStaff, StaffId};
use weir_keep::{Role, Settings, key, store};

pub const PASSWORD: &str = "a long password";

#[derive(Clone)]
pub struct World {
    pub db: Db,
    pub brand: BrandId,
    code: String,
    router: axum::Router,
}

/// How a request says who it is.
#[derive(Clone, Debug)]
pub enum As {
    Nobody,
    Cookie(String),
    Key(String),
}

impl World {
    pub fn new(db: &Db, code: &str) -> World {
        let new = NewBrand {
            code: code.into(),
            name: code.into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            sandbox: true,
            settings: Settings::default(),
        };
        let config = Config {
            data: "unused".into(),
            database_url: None,
            public_url: "https://shop.example".into(),
            smtp_url: None,
            mail_from: "shop@shop.example".into(),
            secure: true,
        };
        let app = App { db: db.clone(), config: Arc::new(config), metrics: Arc::new(Metrics::default()) };
        let all = weir_keep::routes().merge(weir_know::routes(&Default::default())).merge(weir_sell::routes());
        World {
            db: db.clone(),
            brand: db.write_now(move |tx| brand::create(tx, &new)).unwrap(),
            code: code.into(),
            router: axum::Router::from(all.split_for_parts().0).with_state(app),
        }
    }

    pub fn store(&self, code: &str) -> StoreId {
        let (brand, code) = (self.brand, code.to_string());
        self.db.write_now(move |tx| store::create(tx, brand, "system", &code, &code, "store", None)).unwrap()
    }

    /// `owner@tea.example` and so on, all with [`PASSWORD`].
    pub fn staff(&self, name: &str, role: Role, stores: &[StoreId]) -> StaffId {
        let new = NewStaff {
            name: name.into(),
            email: self.email(name),
            role,
            hash: staff::hash(PASSWORD).unwrap(),
            stores: stores.to_vec(),
        };
        let brand = self.brand;
        self.db.write_now(move |tx| staff::create(tx, brand, "system", &new)).unwrap()
    }

    pub fn email(&self, name: &str) -> String {
        format!("{name}@{}.example", self.code)
    }

    pub fn key(&self, scope: &'static str) -> As {
        let brand = self.brand;
        As::Key(self.db.write_now(move |tx| key::create(tx, brand, "system", "test", scope)).unwrap().secret)
    }

    pub fn send(&self, request: Request<Body>) -> (u16, HeaderMap, Value) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            let body = axum::body::to_bytes(body, 4 << 20).await.unwrap();
            (parts.status.as_u16(), parts.headers, serde_json::from_slice(&body).unwrap_or_default())
        })
    }

    pub fn request(&self, who: &As, method: &str, path: &str, body: Option<Value>) -> axum::http::request::Request<Body> {
        let mut r = Request::builder().method(method).uri(path).header("content-type", "application/json");
        match who {
            As::Nobody => {}
            As::Cookie(c) => r = r.header("cookie", format!("other=1; {c}")),
            As::Key(k) => r = r.header("authorization", format!("Bearer {k}")),
        }
        r.body(body.map_or(Body::empty(), |b| Body::from(b.to_string()))).unwrap()
    }

    pub fn ask(&self, who: &As, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let (status, _, body) = self.send(self.request(who, method, path, body));
        (status, body)
    }

    pub fn get(&self, who: &As, path: &str) -> (u16, Value) {
        self.ask(who, "GET", path, None)
    }

    pub fn try_sign_in(&self, email: &str, password: &str) -> (u16, HeaderMap, Value) {
        let body = json!({ "email": email, "password": password });
        self.send(self.request(&As::Nobody, "POST", "/api/v1/session", Some(body)))
    }

    /// Signs somebody in; the cookie is the session.
    pub fn sign_in(&self, name: &str, password: &str) -> As {
        let (status, headers, body) = self.try_sign_in(&self.email(name), password);
        assert_eq!(status, 200, "{body}");
        let cookie = headers["set-cookie"].to_str().unwrap();
        As::Cookie(cookie.split(';').next().unwrap().to_string())
    }

    pub fn one<T: FromRow + Send + 'static>(&self, sql: &str) -> T {
        let sql = sql.to_string();
        self.db.read_now(move |tx| tx.one(&sql, &[])).unwrap()
    }

    pub fn all<T: FromRow + Send + 'static>(&self, sql: &str) -> Vec<T> {
        let sql = sql.to_string();
        self.db.read_now(move |tx| tx.all(&sql, &[])).unwrap()
    }
}
