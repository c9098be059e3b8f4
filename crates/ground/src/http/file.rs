//! A file that is written while it is sent: never more than a few blocks of it are in memory.
use crate::base::Result;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Answers with a file of this name. `write` gives it block by block to what it is handed, as long as that
/// says that somebody still listens. Where it fails the connection breaks off: a file that is too short must
/// not look whole.
pub fn file(kind: &'static str, name: &str, write: impl FnOnce(&mut dyn FnMut(String) -> bool) -> Result<()> + Send + 'static) -> Response {
    let (out, blocks) = mpsc::channel(4);
    let told = name.to_string();
    tokio::task::spawn_blocking(move || {
        if let Err(problem) = write(&mut |text| out.blocking_send(Ok(text.into())).is_ok()) {
            tracing::error!(file = told, "a download broke off: {problem}");
            let _ = out.blocking_send(Err(std::io::Error::other("the download broke off")));
        }
    });
    let head = [(header::CONTENT_TYPE, kind.to_string()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (head, Body::from_stream(Blocks(blocks))).into_response()
}

struct Blocks(mpsc::Receiver<std::io::Result<Bytes>>);

impl futures_core::Stream for Blocks {
    type Item = std::io::Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}
