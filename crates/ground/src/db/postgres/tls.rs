//! TLS to PostgreSQL, asked for in the URL as libpq does.
//!
//! * `sslmode=disable`, `prefer` or nothing: a plain connection, for a server on this machine or in a private network.
//! * `sslmode=require`: encrypted, but whoever answers is believed, as with libpq.
//! * `sslmode=verify-full`: encrypted, and the certificate must name the host and come from a known
//!   authority: one of Mozilla's, or of the PEM file `sslrootcert`. `verify-ca`, and `require` with an
//!   `sslrootcert`, mean the same here.
use crate::base::{Problem, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Takes what the client library does not know out of the URL; answers the rest and how to encrypt.
pub fn of(url: &str) -> Result<(String, Option<MakeRustlsConnect>)> {
    let Some((address, query)) = url.split_once('?') else { return Ok((url.to_string(), None)) };
    let (mut mode, mut roots, mut rest) = ("prefer", None, vec![]);
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = value,
            Some(("sslrootcert", file)) => roots = Some(file),
            _ => rest.push(pair),
        }
    }
    let verify = match mode {
        "disable" | "allow" | "prefer" => None,
        "require" => Some(roots.is_some()),
        "verify-ca" | "verify-full" => Some(true),
        other => return Err(Problem::field("sslmode", format!("{other}: use disable, require or verify-full"))),
    };
    rest.push(if verify.is_some() { "sslmode=require" } else { "sslmode=disable" });
    let plain = format!("{address}?{}", rest.join("&"));
    let Some(verify) = verify else { return Ok((plain, None)) };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Problem::internal)?;
    let config = if verify {
        config.with_root_certificates(authorities(roots)?)
    } else {
        config.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(ring::default_provider())))
    };
    Ok((plain, Some(MakeRustlsConnect::new(config.with_no_client_auth()))))
}

fn authorities(file: Option<&str>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    let Some(file) = file else {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(store);
    };
    let wrong = |e: String| Problem::field("sslrootcert", format!("{file}: {e}"));
    for certificate in CertificateDer::pem_file_iter(file).map_err(|e| wrong(e.to_string()))? {
        let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
        store.add(certificate).map_err(|e| wrong(e.to_string()))?;
    }
    if store.is_empty() { Err(wrong("holds no certificate".into())) } else { Ok(store) }
}

/// Believes every certificate, and checks only that the other side holds its key.
#[derive(Debug)]
struct Anyone(CryptoProvider);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
