//! The content codings of an answer (RFC 9110, section 8.4.1). The suite asks for none, and a deployment may choose one
//! nevertheless (section 12.5.3).

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::exchange::NoAnswer;

/// Returns a body without the codings that `content-encoding` names. A body in an unknown coding stays as it is.
pub(super) async fn decoded(
    status: u16,
    headers: &[(String, Vec<u8>)],
    mut body: Vec<u8>,
    most_bytes: usize,
) -> Result<Vec<u8>, NoAnswer> {
    let lines = headers
        .iter()
        .filter(|(name, _)| name == "content-encoding");
    let lines: Vec<String> = lines
        .map(|(_, value)| String::from_utf8_lossy(value).to_ascii_lowercase())
        .collect();
    let codings = lines.iter().flat_map(|line| line.split(','));
    let codings: Vec<&str> = codings.map(str::trim).collect();
    // The one that was applied last comes off first.
    for coding in codings.into_iter().rev() {
        if body.is_empty() {
            break;
        }
        let bytes = body.as_slice();
        let (coding, read) = match coding {
            "gzip" | "x-gzip" => ("gzip", read(GzipDecoder::new(bytes), most_bytes).await),
            "br" => ("br", read(BrotliDecoder::new(bytes), most_bytes).await),
            "zstd" => ("zstd", read(ZstdDecoder::new(bytes), most_bytes).await),
            "deflate" => {
                // It is the format of zlib; some servers send it without that frame.
                let framed = read(ZlibDecoder::new(bytes), most_bytes).await;
                let read = match framed {
                    Ok(body) => Ok(body),
                    Err(_) => read(DeflateDecoder::new(bytes), most_bytes).await,
                };
                ("deflate", read)
            }
            "identity" => continue,
            _ => break,
        };
        body = read.map_err(|_| NoAnswer::Undecodable(status, coding))?;
        if body.len() > most_bytes {
            return Err(NoAnswer::TooLarge(status, most_bytes));
        }
    }
    Ok(body)
}

/// Reads a decoded body, and one byte more than the most.
async fn read(decoder: impl AsyncRead + Unpin, most_bytes: usize) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let most = u64::try_from(most_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    decoder.take(most).read_to_end(&mut body).await?;
    Ok(body)
}
