//! PostgreSQL over TLS. A door before the test server answers as one with TLS does, under a certificate
//! that an authority of ours (`tls/ca.pem`, whose key is gone) gave to `localhost` alone.
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use weir_ground::Db;
use weir_ground::base::Result;
use weir_ground::db::Open;
use weir_ground::testing::own_postgres;

fn file(name: &str) -> String {
    format!("{}/tests/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Listens with TLS and passes on to `server` without; answers the port.
fn door(server: String) -> (u16, tokio::runtime::Runtime) {
    let certificates = CertificateDer::pem_file_iter(file("server.pem")).unwrap().map(|c| c.unwrap()).collect();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, server) = (acceptor.clone(), server.clone());
            tokio::spawn(async move {
                // SSLRequest: eight bytes that end in 80877103; the answer is S. Anything else is turned away.
                let mut ask = [0u8; 8];
                client.read_exact(&mut ask).await?;
                if ask[4..] != 80_877_103u32.to_be_bytes() {
                    return Ok(());
                }
                client.write_all(b"S").await?;
                let mut inside = acceptor.accept(client).await?;
                let mut behind = TcpStream::connect(server).await?;
                copy_bidirectional(&mut inside, &mut behind).await.map(|_| ())
            });
        }
    });
    (port, runtime)
}

#[test]
fn a_connection_is_encrypted_and_the_server_verified_as_the_url_says() {
    let Some(server) = std::env::var("WEIR_TEST_POSTGRES").ok().filter(|u| !u.is_empty()) else { return };
    let (own, _guard) = own_postgres(&server);
    // postgres://user:password@host:port/name
    let (user, rest) = own.trim_start_matches("postgres://").split_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap();
    let (port, _runtime) = door(address.to_string());
    let open = |host: &str, query: &str| -> Result<()> {
        let url = format!("postgres://{user}@{host}:{port}/{name}?{query}");
        let db = Db::open(&Open { url: Some(url), key: Some(weir_ground::seal::test_key()), threads: 1, ..Open::default() })?;
        let one: i64 = db.read_now(|tx| tx.one("select 1", &[]))?;
        assert_eq!(one, 1);
        db.close();
        Ok(())
    };
    let ours = format!("sslrootcert={}", file("ca.pem"));
    assert_eq!(open("localhost", "sslmode=require"), Ok(()));
    assert_eq!(open("127.0.0.1", "sslmode=require&application_name=weir"), Ok(()));
    assert_eq!(open("localhost", &format!("sslmode=verify-full&{ours}")), Ok(()));
    assert_eq!(open("localhost", &format!("{ours}&sslmode=require")), Ok(()));
    for (host, query, why) in [
        // The certificate names localhost only.
        ("127.0.0.1", format!("sslmode=verify-full&{ours}"), "certificate"),
        // Mozilla knows nothing of our authority.
        ("localhost", "sslmode=verify-full".to_string(), "UnknownIssuer"),
        ("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem".to_string(), "nowhere.pem"),
        ("localhost", format!("sslmode=verify-full&sslrootcert={}", file("server.key")), "no certificate"),
        ("localhost", "sslmode=sometimes".to_string(), "use disable, require or verify-full"),
        // The door does not speak without TLS.
        ("localhost", "sslmode=disable".to_string(), "Cannot connect"),
    ] {
        let refused = open(host, &query).expect_err(&query);
        assert!(refused.detail.contains(why), "{query}: {refused}");
    }
}
