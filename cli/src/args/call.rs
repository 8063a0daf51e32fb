//! The arguments of a single call.

use super::EngineChoice;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// The module
    pub(crate) file: PathBuf,
    /// The operation
    #[arg(required_unless_present = "http", conflicts_with = "http")]
    pub(crate) operation: Option<String>,
    /// Send the actor this HTTP request, such as 'GET /hits?page=2', and print its response
    #[arg(long, value_name = "REQUEST", conflicts_with = "payload")]
    pub(crate) http: Option<HttpRequest>,
    /// The body of the HTTP request: a text, @FILE, or @- for standard input
    #[arg(long, value_name = "BODY", requires = "http")]
    pub(crate) data: Option<String>,
    /// A header of the HTTP request, such as 'accept: text/html'; can be repeated
    #[arg(long = "header", value_name = "NAME: VALUE", requires = "http")]
    pub(crate) headers: Vec<Header>,
    /// Read the payload from this file, or from standard input if it is `-` [default: no payload]
    #[arg(long, value_name = "FILE")]
    pub(crate) payload: Option<PathBuf>,
    /// Convert the payload from JSON to MessagePack, and the answer from MessagePack to JSON
    #[arg(long, conflicts_with = "raw")]
    pub(crate) json: bool,
    /// Write the answer's bytes unchanged; of an HTTP response, those of the body
    #[arg(long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) engine: EngineChoice,
    /// Give the actor the limits and bindings that it has in this manifest
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// The directory for providers' data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR", requires = "manifest")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Record the capabilities that the actor uses, as `capwire run --record` does
    #[arg(long, value_name = "FILE", requires = "manifest")]
    pub(crate) record: Option<PathBuf>,
}

/// The first line of an HTTP request.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    /// The path, and the query if there is one.
    pub(crate) target: String,
}

impl FromStr for HttpRequest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected a method and a path, such as `GET /hits`";
        let (method, target) = text.trim().split_once(' ').ok_or(expected)?;
        let target = target.trim_start();
        let is_method =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !method.bytes().all(is_method) {
            return Err(expected);
        }
        if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the path must begin with `/`, and be percent-encoded");
        }
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
        })
    }
}

/// A header of an HTTP request.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected `NAME: VALUE`, such as `accept: text/html`";
        let (name, value) = text.split_once(':').ok_or(expected)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) || value.contains(['\r', '\n']) {
            return Err(expected);
        }
        Ok(Self {
            name: name.to_owned(),
            value: value.trim().to_owned(),
        })
    }
}
