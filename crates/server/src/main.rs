//! `weir`: the one binary. Command line here, the chapters' table of contents in [`story`].
mod demo;
mod doctor;
mod files;
mod lake;
mod serve;
mod status;
mod story;
mod web;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use weir_ground::Db;
use weir_ground::base::{Problem, Result};
use weir_ground::config::Config;
use weir_ground::db::Open;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Weir: private-domain traffic in one program. Your customers, your data.
#[derive(Parser)]
#[command(name = "weir", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where the data is. A folder with an SQLite file by default, PostgreSQL with a URL.
#[derive(Args, Clone)]
pub struct Store {
    /// Folder for the database and uploaded files.
    #[arg(long, env = "WEIR_DATA", default_value = "weir-data", global = true)]
    data: PathBuf,
    /// postgres://user:password@host/database instead of the SQLite file.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
    /// The key of what is sealed, 32 bytes in base64. Without it the file `key` in the data folder,
    /// made at the first start. Better set as a variable than on the command line.
    #[arg(long, env = "WEIR_KEY", hide_env_values = true, global = true)]
    key: Option<String>,
}

impl Store {
    /// The key as it was given from outside.
    fn given_key(&self) -> Option<weir_ground::seal::Given> {
        self.key.clone().filter(|k| !k.trim().is_empty()).map(weir_ground::seal::Given)
    }

    fn open(&self) -> Result<Db> {
        let url = self.database_url.clone().filter(|u| !u.is_empty());
        Db::open(&Open { dir: Some(self.data.clone()), url, key: self.given_key(), ..Open::default() })
    }
}

/// How the server meets the world.
#[derive(Args, Clone)]
pub struct Listen {
    /// Port; 0 picks a free one.
    #[arg(long, env = "WEIR_PORT", default_value_t = 8700)]
    port: u16,
    /// Address to listen on; use 0.0.0.0 behind a reverse proxy.
    #[arg(long, env = "WEIR_LISTEN", default_value = "127.0.0.1")]
    listen: String,
    /// Where customers reach this server: used in links and QR codes. Default: http://ADDRESS:PORT.
    #[arg(long, env = "WEIR_PUBLIC_URL")]
    public_url: Option<String>,
    /// smtp://user:password@host:587 sends mail; without it the sandbox mailbox catches it.
    #[arg(long, env = "WEIR_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// The sender of mail.
    #[arg(long, env = "WEIR_MAIL_FROM", default_value = "Weir <weir@localhost.localdomain>")]
    mail_from: String,
}

impl Listen {
    /// The configuration, once the port is known.
    fn config(&self, store: &Store, port: u16) -> Config {
        let public_url = self.public_url.clone().unwrap_or_else(|| format!("http://{}:{port}", self.listen));
        Config {
            data: store.data.clone(),
            database_url: store.database_url.clone(),
            secure: public_url.starts_with("https://"),
            public_url,
            smtp_url: self.smtp_url.clone().filter(|u| !u.is_empty()),
            mail_from: self.mail_from.clone(),
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serve console, mall and API.
    Serve {
        #[command(flatten)]
        store: Store,
        #[command(flatten)]
        listen: Listen,
    },
    /// Build the demo merchant in DATA (once) and serve it.
    Demo {
        #[command(flatten)]
        store: Store,
        #[command(flatten)]
        listen: Listen,
        /// Build only.
        #[arg(long)]
        no_serve: bool,
        /// Leave out the simulated arrivals of the last weeks.
        #[arg(long)]
        panel_only: bool,
    },
    /// Import a CSV file: persons, products, orders or stores. Run it again to go on after a stop.
    Import {
        #[command(flatten)]
        store: Store,
        #[command(flatten)]
        what: files::What,
    },
    /// Bring the database to this program's schema.
    Migrate {
        #[command(flatten)]
        store: Store,
    },
    /// Check the configuration and the data, and say what to do about what is wrong.
    Doctor {
        #[command(flatten)]
        store: Store,
        #[command(flatten)]
        listen: Listen,
    },
    /// Count what is here.
    Status {
        #[command(flatten)]
        store: Store,
        #[arg(long)]
        json: bool,
    },
    /// People who may sign in.
    User {
        #[command(subcommand)]
        what: User,
    },
    /// API keys.
    Key {
        #[command(subcommand)]
        what: Key,
    },
    /// The columns that questions are answered from.
    Lake {
        #[command(subcommand)]
        what: Lake,
    },
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Subcommand)]
enum Lake {
    /// Delete the lake and make it again from the log. No server may run on the same DATA.
    Rebuild {
        #[command(flatten)]
        store: Store,
    },
}

#[derive(Subcommand)]
enum User {
    /// Add somebody to a brand's staff; makes the brand when there is none with that code.
    Add {
        #[command(flatten)]
        store: Store,
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// Read from WEIR_PASSWORD or asked for on standard input when absent.
        #[arg(long, env = "WEIR_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        /// owner, operator, store_manager, guide or read_only
        #[arg(long, default_value = "owner")]
        role: String,
        /// Code of the brand.
        #[arg(long, default_value = "main")]
        brand: String,
        /// Display name of a brand that is made now.
        #[arg(long)]
        brand_name: Option<String>,
        /// IANA time zone of a brand that is made now.
        #[arg(long, default_value = "Asia/Shanghai")]
        timezone: String,
    },
}

#[derive(Subcommand)]
enum Key {
    /// Make a key and print it once.
    Create {
        #[command(flatten)]
        store: Store,
        /// ingest (write events) or admin (everything an owner may)
        #[arg(long)]
        scope: String,
        #[arg(long, default_value = "command line")]
        name: String,
        /// Code of the brand; the first one when absent.
        #[arg(long)]
        brand: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

/// Gives the memory of a large answer back to the system.
fn give_back() {
    // SAFETY: the allocator of this program is mimalloc; collecting is allowed at any time and
    // touches only memory that nobody owns any more.
    #[allow(unsafe_code)]
    unsafe {
        libmimalloc_sys::mi_collect(true)
    }
}

/// Standard error with phone numbers, e-mails and id numbers masked: a log never has them, whoever
/// wrote the line.
struct Veiled(std::io::Stderr);

impl std::io::Write for Veiled {
    /// The logger gives whole lines.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        match std::str::from_utf8(line) {
            Ok(text) => self.0.write_all(weir_ground::seal::veil(text).as_bytes())?,
            Err(_) => self.0.write_all(weir_ground::seal::veil(&String::from_utf8_lossy(line)).as_bytes())?,
        }
        Ok(line.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn main() {
    weir_ground::db::after_large_reads(give_back);
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("WEIR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Veiled(std::io::stderr()));
    if std::env::var("WEIR_LOG_FORMAT").is_ok_and(|f| f == "json") {
        logs.json().init();
    } else {
        logs.init();
    }
    if let Err(problem) = run(Cli::parse().command) {
        eprintln!("weir: {}", problem.detail);
        std::process::exit(1);
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { store, listen } => serve::run(&store, &listen, None),
        Command::Demo { store, listen, no_serve, panel_only } => demo::run(&store, &listen, no_serve, panel_only),
        Command::Import { store, what } => files::run(&store, &what),
        Command::Migrate { store } => {
            let db = store.open()?;
            println!("The schema is at version {} on {}.", weir_ground::db::migrate::version(), db.engine().name());
            db.close();
            Ok(())
        }
        Command::Doctor { store, listen } => doctor::run(&store, &listen),
        Command::Status { store, json } => status::run(&store, json),
        Command::User { what } => add_user(what),
        Command::Key { what } => create_key(what),
        Command::Lake { what: Lake::Rebuild { store } } => lake::rebuild(&store),
        Command::Openapi => {
            println!("{}", story::openapi());
            Ok(())
        }
    }
}

fn add_user(what: User) -> Result<()> {
    use weir_keep::{Role, Settings, brand, staff};
    let User::Add { store, email, name, password, role, brand, brand_name, timezone } = what;
    let password = match password {
        Some(p) => p,
        None => {
            eprintln!("Password (8 characters or more), then Enter:");
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map_err(Problem::internal)?;
            line.trim_end_matches(['\r', '\n']).to_string()
        }
    };
    let (role, hash) = (Role::parse(&role)?, staff::hash(&password)?);
    let db = store.open()?;
    let to = email.clone();
    let done = db.write_now(move |tx| {
        let brand = match brand::by_code(tx, &brand) {
            Ok(found) => found.id,
            Err(_) => brand::create(
                tx,
                &brand::NewBrand {
                    code: brand.clone(),
                    name: brand_name.clone().unwrap_or_else(|| brand.clone()),
                    timezone: timezone.clone(),
                    currency: "CNY".into(),
                    sandbox: false,
                    settings: Settings::default(),
                },
            )?,
        };
        let new = staff::NewStaff { name: name.clone(), email: email.clone(), role, hash: hash.clone(), stores: vec![] };
        staff::create(tx, brand, "system", &new)
    });
    db.close();
    done.map(|_| println!("{to} can sign in now."))
}

fn create_key(what: Key) -> Result<()> {
    let Key::Create { store, scope, name, brand, json } = what;
    let db = store.open()?;
    let made = db.write_now(move |tx| {
        let brand = match &brand {
            Some(code) => weir_keep::brand::by_code(tx, code)?,
            None => weir_keep::brand::first(tx)?,
        };
        weir_keep::key::create(tx, brand.id, "system", &name, &scope)
    });
    db.close();
    let made = made?;
    if json {
        println!("{}", serde_json::to_string(&made).map_err(Problem::internal)?);
    } else {
        println!("{}\nKeep it: it is not shown again.", made.secret);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        super::Cli::command().debug_assert();
    }
}
