//! An actor that keeps images, and serves them over HTTP.
#![forbid(unsafe_code)]

mod kind;
mod range;

use capwire_actor::CallError;
use capwire_actor::blobstore::{ErrorClass, Part};
use capwire_actor::http::Tail;
use capwire_actor::prelude::*;
use core::ops::Range;
use range::Asked;

actor! {
    http => router! {
        get "/" => list,
        get "/*name" => show,
        put "/*name" => store,
        post "/*name" => store,
        delete "/*name" => remove,
    },
}

/// The container of the images.
const IMAGES: &str = "images";

/// The maximum size of an image in bytes.
const MOST: u64 = 2 << 20;

/// Returns the names and sizes of all images.
fn list(_: http::Request) -> Result<http::Response> {
    let blobs = match blobstore::default().list(IMAGES) {
        Err(error) if blobstore::class(&error) == Some(ErrorClass::NoContainer) => Vec::new(),
        listed => listed.map_err(refused)?,
    };
    let image = |blob: blobstore::Blob| json!({ "name": blob.id, "bytes": blob.byte_size });
    let images: Vec<_> = blobs.into_iter().map(image).collect();
    http::Response::json(&images)
}

/// Stores an image. Its first bytes must be those of its type.
fn store(request: http::Request, name: Tail) -> Result<http::Response> {
    let (name, image) = (name.segments().join("/"), &*request.body);
    if image.len() as u64 > MOST {
        return Err(Error::http(
            413,
            format!("an image has at most {MOST} bytes"),
        ));
    }
    let Some(kind) = kind::of(image) else {
        return Err(Error::http(415, "the content is no PNG, JPEG, GIF or WebP"));
    };
    let told = request.header("content-type").unwrap_or_default();
    if told.starts_with("image/") && told != kind {
        return Err(Error::http(
            415,
            format!("the content is {kind}, and not {told}"),
        ));
    }
    let blobs = blobstore::default();
    let mut stored = blobs.put(IMAGES, &name, image);
    if let Err(error) = &stored
        && blobstore::class(error) == Some(ErrorClass::NoContainer)
    {
        blobs.create_container(IMAGES).map_err(refused)?;
        stored = blobs.put(IMAGES, &name, image);
    }
    stored.map_err(refused)?;
    let text = format!("{} bytes of {kind}\n", image.len());
    Ok(http::Response::text(text).with_status(201))
}

/// Returns an image, or the part that the request asks for.
fn show(request: http::Request, name: Tail) -> Result<http::Response> {
    let name = name.segments().join("/");
    let header = request.header("range").filter(|_| request.method == "GET");
    // The first bytes tell the type.
    let first = match header {
        None => MOST,
        Some(_) => kind::HEAD,
    };
    let read = read(&name, 0..first)?;
    let total = read.total;
    if total > MOST {
        let text = format!("another program has stored {name} with {total} bytes");
        return Err(Error::msg(text));
    }
    let tag = format!("\"{}\"", read.version);
    let is_current = request.header("if-range").is_none_or(|told| told == tag);
    let header = header.filter(|_| is_current);
    let response = match header.map_or(Asked::Whole, |header| range::asked(header, total)) {
        Asked::Whole => bytes(&name, &read, 0..total)?,
        Asked::Part(range) => {
            let told = format!("bytes {}-{}/{total}", range.start, range.end - 1);
            bytes(&name, &read, range)?
                .with_status(206)
                .with_header("content-range", told)
        }
        Asked::Nothing => http::Response::text("the image has no such bytes\n")
            .with_status(416)
            .with_header("content-range", format!("bytes */{total}")),
    };
    Ok(response
        .with_header("accept-ranges", "bytes")
        .with_header("etag", tag))
}

/// Returns the bytes of an image in a range. `first` has the first bytes of the image.
fn bytes(name: &str, first: &Part, range: Range<u64>) -> Result<http::Response> {
    let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let content = match first.content.get(index(range.start)..index(range.end)) {
        Some(content) => content.to_vec(),
        None => {
            let part = read(name, range)?;
            if part.version != first.version {
                return Err(Error::http(
                    503,
                    "the image was replaced just now: ask again",
                ));
            }
            part.content
        }
    };
    let kind = kind::of(&first.content).unwrap_or("application/octet-stream");
    Ok(http::Response::ok()
        .with_header("content-type", kind)
        .with_header("x-content-type-options", "nosniff")
        .with_body(content))
}

fn read(name: &str, range: Range<u64>) -> Result<Part> {
    let read = blobstore::default().read(IMAGES, name, range);
    let missing = || Error::http(404, "there is no such image");
    read.map_err(refused)?.ok_or_else(missing)
}

fn remove(_: http::Request, name: Tail) -> Result<http::Response> {
    let name = name.segments().join("/");
    let removed = blobstore::default().remove(IMAGES, &name);
    removed.map_err(refused)?;
    Ok(http::Response::new(204))
}

/// Returns an error with the status for a client, if the store has a reason that the client may know.
fn refused(error: CallError) -> Error {
    let (status, text) = match blobstore::class(&error) {
        Some(ErrorClass::Name) => (400, "an image cannot have this name"),
        Some(ErrorClass::NoContainer) => (404, "there is no such image"),
        Some(ErrorClass::ReadOnly) => (403, "the images cannot be changed"),
        Some(ErrorClass::Quota) => (507, "there is no room for more images"),
        Some(ErrorClass::Full | ErrorClass::Unavailable) => (503, "try again later"),
        _ => return error.into(),
    };
    Error::http(status, text)
}

#[cfg(test)]
mod tests;
