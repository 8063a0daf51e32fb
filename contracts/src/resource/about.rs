//! The resources of each message type.

use crate::blobstore::{Blob, Container, FileChunk, ReadRequest, StreamRequest};
use crate::eventstreams::{Event, StreamQuery, StreamRead};
use crate::http::{Authority, Request, Url, UrlError, is_method};
use crate::keyvalue::{AddRequest, ItemRequest, KeyRequest, KeysRequest, RangeRequest, SetRequest};
use crate::messaging::{BrokerMessage, RequestMessage};

/// A message with resources.
pub(super) trait About {
    /// Returns all resources of the message, and changes the message to contain their canonical
    /// form. An error describes the invalid resource.
    fn about(&mut self) -> Result<Vec<String>, &'static str>;

    /// Returns the operation within the called one that the message asks for. An error describes
    /// why it is not known.
    fn operation(&self) -> Result<Option<String>, &'static str> {
        Ok(None)
    }
}

macro_rules! about {
    ($check:ident: $($message:ty, $field:ident;)*) => {$(
        impl About for $message {
            fn about(&mut self) -> Result<Vec<String>, &'static str> {
                $check(&self.$field).map(|()| vec![self.$field.clone()])
            }
        }
    )*};
}

about! { key: AddRequest, key; KeyRequest, key; SetRequest, key; RangeRequest, key; ItemRequest, key; }
about! { subject: RequestMessage, subject; }
about! { container: Container, id; Blob, container; FileChunk, container; }
about! { container: StreamRequest, container; ReadRequest, container; }
about! { stream: Event, stream; StreamQuery, stream_id; StreamRead, stream_id; }

/// The reply subject is a resource, because the receiver replies on it with its own rights.
impl About for BrokerMessage {
    fn about(&mut self) -> Result<Vec<String>, &'static str> {
        let subjects = [&self.subject, &self.reply_to];
        subjects.iter().try_for_each(|text| subject(text))?;
        let [subject, reply_to] = subjects.map(Clone::clone);
        let reply_to = (!reply_to.is_empty()).then_some(reply_to);
        Ok([subject].into_iter().chain(reply_to).collect())
    }
}

impl About for KeysRequest {
    fn about(&mut self) -> Result<Vec<String>, &'static str> {
        Ok(self.keys.clone())
    }
}

/// The `host` header is a resource, because it selects the site on a server with several sites.
impl About for Request {
    fn about(&mut self) -> Result<Vec<String>, &'static str> {
        if !self
            .query_string
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
        {
            return Err("its query is not printable ASCII");
        }
        let url: Url = self.path.parse().map_err(reason)?;
        let mut hosts = vec![url.authority()];
        for (name, value) in &mut self.header {
            if name.eq_ignore_ascii_case("host") {
                let host = Authority::parse(value, url.scheme()).map_err(reason)?;
                *value = host.to_string();
                hosts.push(value.clone());
            }
        }
        self.path = url.to_string();
        Ok(hosts)
    }

    fn operation(&self) -> Result<Option<String>, &'static str> {
        match is_method(&self.method) {
            true => Ok(Some(self.method.clone())),
            false => Err("its method is not in capital letters"),
        }
    }
}

fn reason(error: UrlError) -> &'static str {
    error.0
}

/// Accepts every key, because stores compare bytes.
fn key(_: &str) -> Result<(), &'static str> {
    Ok(())
}

fn subject(text: &str) -> Result<(), &'static str> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("its subject has white space or control characters");
    }
    Ok(())
}

fn stream(text: &str) -> Result<(), &'static str> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("its stream has white space or control characters");
    }
    Ok(())
}

/// Refuses names that are special in file systems, because containers may be directories.
fn container(text: &str) -> Result<(), &'static str> {
    let separates = |c: char| matches!(c, '/' | '\\') || c.is_control();
    if matches!(text, "." | "..") || text.contains(separates) {
        return Err("its container could be a path");
    }
    Ok(())
}
