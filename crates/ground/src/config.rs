//! What the server is told from outside. Everything has a sensible default.
use std::path::PathBuf;

#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    pub database_url: Option<String>,
    /// Where customers reach this server, for links and QR codes; `http://127.0.0.1:PORT` by default.
    pub public_url: String,
    /// `smtp://user:password@host:587`; without it mail goes to the built-in sandbox.
    pub smtp_url: Option<String>,
    pub mail_from: String,
    /// Cookies are marked `Secure` when the public address is https.
    pub secure: bool,
}

impl Config {
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}
