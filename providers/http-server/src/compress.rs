//! Compressed responses (RFC 9110, sections 8.4 and 12.5.3).

mod accept;
mod gzip;

use crate::keys::{COMPRESS, COMPRESS_MIN};
use capwire_provider::{Config, ProviderError};
use hyper::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderName, HeaderValue, VARY,
};
use hyper::{HeaderMap, StatusCode};
use std::ops::RangeInclusive;

pub(crate) use accept::takes_gzip;

/// Shorter bodies become longer, or fit into one packet anyway.
const DEFAULT_MIN: usize = 1 << 10;
const MIN: RangeInclusive<usize> = 1..=1 << 30;

/// Types that compress well, besides `text/` and those that end in `+json` or `+xml`.
const TYPES: [&str; 6] = [
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/wasm",
    "application/x-ndjson",
    "application/xml",
];

/// Fields that hold for the very bytes that the actor sent.
const ABOUT_BYTES: [HeaderName; 6] = [
    CONTENT_ENCODING,
    CONTENT_RANGE,
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("repr-digest"),
];

/// The rules of a binding for compressed responses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compress {
    /// The size of the smallest body that is compressed, in bytes.
    min: usize,
}

impl Compress {
    /// Returns `None` if no response is compressed.
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, ProviderError> {
        let min = config.number(COMPRESS_MIN, MIN)?.unwrap_or(DEFAULT_MIN);
        match config.get(COMPRESS) {
            None | Some("off") => Ok(None),
            Some("gzip") => Ok(Some(Self { min })),
            Some(_) => Err(ProviderError::config(COMPRESS, "must be `off` or `gzip`")),
        }
    }

    /// Returns the body for a client, and changes the head to match. `is_taken` is true if the client takes gzip.
    pub(crate) async fn apply(
        self,
        head: &mut hyper::Response<()>,
        body: Vec<u8>,
        is_taken: bool,
    ) -> Vec<u8> {
        // It says how a cache uses the response that it has, which may have been compressed.
        if head.status() == StatusCode::NOT_MODIFIED {
            vary(head.headers_mut());
            if is_taken {
                weaken_tag(head.headers_mut());
            }
            return body;
        }
        if !self.fits(head, &body) {
            return body;
        }
        vary(head.headers_mut());
        if !is_taken {
            return body;
        }
        match gzip::shorter(body).await {
            Ok(compressed) => {
                describe(head.headers_mut());
                compressed
            }
            Err(body) => body,
        }
    }

    /// Returns `true` if clients that take gzip get the response compressed.
    fn fits(self, head: &hyper::Response<()>, body: &[u8]) -> bool {
        let headers = head.headers();
        body.len() >= self.min
            && head.status() != StatusCode::PARTIAL_CONTENT
            && !ABOUT_BYTES.iter().any(|name| headers.contains_key(name))
            && !has_item(headers, &CACHE_CONTROL, "no-transform")
            && headers.get(CONTENT_TYPE).is_some_and(compresses_well)
    }
}

/// Says that the body is compressed.
fn describe(headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    // Ranges are parts of the body that the actor sent.
    headers.remove(ACCEPT_RANGES);
    weaken_tag(headers);
}

/// Makes a strong tag weak: a strong one stands for the same bytes (RFC 9110, section 8.8.1).
fn weaken_tag(headers: &mut HeaderMap) {
    let strong = headers
        .get(ETAG)
        .filter(|tag| tag.as_bytes().starts_with(b"\""));
    let weak = strong.map(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()));
    if let Some(Ok(weak)) = weak {
        headers.insert(ETAG, weak);
    }
}

/// Says that the response depends on what the client takes.
fn vary(headers: &mut HeaderMap) {
    let name = ACCEPT_ENCODING.as_str();
    if !has_item(headers, &VARY, "*") && !has_item(headers, &VARY, name) {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// Returns `true` if a list with commas has the item.
fn has_item(headers: &HeaderMap, name: &HeaderName, item: &str) -> bool {
    let values = headers.get_all(name).iter();
    let mut items = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    items.any(|found| found.trim_ascii().eq_ignore_ascii_case(item.as_bytes()))
}

fn compresses_well(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else {
        return false;
    };
    let kind = text.split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let ends = ["+json", "+xml"];
    kind.starts_with("text/")
        || TYPES.contains(&&*kind)
        || ends.iter().any(|end| kind.ends_with(end))
}
