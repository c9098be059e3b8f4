//! A lean HTTP/1.1 client over kept-alive connections, so that the load generator leaves the two
//! cores to the server.
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub async fn connect(address: &str) -> std::io::Result<Client> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    /// Sends a request and answers the status and the body.
    pub async fn send(&mut self, request: &[u8]) -> std::io::Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break (end + 4, content_length(&self.buffer[..end]));
            }
        };
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = std::str::from_utf8(&self.buffer[9..12]).ok().and_then(|s| s.parse().ok()).unwrap_or(0);
        Ok((status, &self.buffer[head..head + length]))
    }
}

fn content_length(head: &[u8]) -> usize {
    let text = std::str::from_utf8(head).unwrap_or("");
    text.lines()
        .filter_map(|l| l.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, n)| n.trim().parse().ok())
        .unwrap_or(0)
}

/// The bytes of a request with a JSON body.
pub fn request(method: &str, path: &str, token: &str, key: &str, body: &str) -> Vec<u8> {
    let auth = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
    let key = if key.is_empty() { String::new() } else { format!("idempotency-key: {key}\r\n") };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: weir\r\n{auth}{key}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The value of a text field, found without parsing the whole answer.
pub fn field<'a>(body: &'a [u8], name: &str) -> &'a str {
    let text = std::str::from_utf8(body).unwrap_or("");
    let mark = format!("\"{name}\":\"");
    text.split_once(&mark).and_then(|(_, rest)| rest.split('"').next()).unwrap_or("")
}
