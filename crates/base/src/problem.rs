//! What goes wrong, as RFC 9457 tells it: a stable code for programs, a sentence for people.
use std::fmt;

/// Stable codes. Each has one HTTP status; clients decide by the code, people read the detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    Invalid,
    NotSignedIn,
    Forbidden,
    NotFound,
    Gone,
    Conflict,
    SoldOut,
    PriceChanged,
    KeyReused,
    TooLarge,
    TooMany,
    Unsupported,
    Busy,
    Internal,
}

impl Code {
    pub const ALL: [Code; 14] = [
        Code::Invalid, Code::NotSignedIn, Code::Forbidden, Code::NotFound, Code::Gone, Code::Conflict, Code::SoldOut,
        Code::PriceChanged, Code::KeyReused, Code::TooLarge, Code::TooMany, Code::Unsupported, Code::Busy, Code::Internal,
    ];

    /// `(code as text, HTTP status, title)`
    pub const fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Code::Invalid => ("invalid", 400, "The request is not valid"),
            Code::NotSignedIn => ("not_signed_in", 401, "Sign in first"),
            Code::Forbidden => ("forbidden", 403, "Your role may not do this"),
            Code::NotFound => ("not_found", 404, "Nothing here by that id"),
            Code::Gone => ("gone", 410, "This was erased"),
            Code::Conflict => ("conflict", 409, "The state does not allow this"),
            Code::SoldOut => ("sold_out", 409, "Not enough stock"),
            Code::PriceChanged => ("price_changed", 409, "The price has changed"),
            Code::KeyReused => ("idempotency_key_reused", 409, "This Idempotency-Key was used with another request"),
            Code::TooLarge => ("too_large", 413, "The request is too large"),
            Code::TooMany => ("too_many_requests", 429, "Too many requests"),
            Code::Unsupported => ("unsupported_media_type", 415, "This content type is not understood"),
            Code::Busy => ("busy", 503, "Busy, try again shortly"),
            Code::Internal => ("internal", 500, "Something went wrong on our side"),
        }
    }
}

/// One field that is wrong and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    pub field: String,
    pub detail: String,
}

/// A refusal or a failure. `detail` says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Run the whole call again: see [`Problem::again`].
    pub retry: bool,
}

pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl Problem {
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem { code, detail: detail.into(), errors: vec![], retry: false }
    }
    pub fn invalid(detail: impl Into<String>) -> Problem {
        Problem::new(Code::Invalid, detail)
    }
    /// One field is wrong.
    pub fn field(field: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        Problem::invalid(format!("{field}: {detail}")).with(field, detail)
    }
    pub fn with(mut self, field: &str, detail: impl Into<String>) -> Problem {
        self.errors.push(FieldError { field: field.into(), detail: detail.into() });
        self
    }
    pub fn not_found(what: &str) -> Problem {
        Problem::new(Code::NotFound, format!("There is no such {what} in this brand, or it is outside your stores."))
    }
    pub fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(Code::Conflict, detail)
    }
    /// The same rows changed at the same moment (a deadlock, a lost guard), so the whole call is run
    /// again. The caller hears of it only when that went on too long.
    pub fn again(detail: impl Into<String>) -> Problem {
        Problem { retry: true, ..Problem::new(Code::Busy, detail) }
    }
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(Code::Forbidden, detail)
    }
    pub fn internal(detail: impl fmt::Display) -> Problem {
        Problem::new(Code::Internal, detail.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, _, title) = self.code.facts();
        write!(f, "{title} ({code}): {}", self.detail)
    }
}

impl std::error::Error for Problem {}
