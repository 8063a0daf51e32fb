//! Routes of requests to handlers, by method and path.

use super::path::{self, fit};
use super::{Request, Response};
use crate::error::Result;
use std::borrow::Cow;
use std::str::FromStr;

/// Makes a handler of HTTP requests from routes: a method, a pattern of paths, and a handler.
///
/// ```
/// use capwire_actor::prelude::*;
///
/// actor! {
///     http => router! {
///         get "/users" => users,
///         get "/users/:id" => user,              // a value of any type that implements `FromStr`
///         delete "/users/:id" => remove,
///         get "/files/*path" => file,            // all that follows, perhaps nothing
///     },
/// }
///
/// fn users(_: http::Request) -> Result<http::Response> {
///     http::Response::json(&["Ada", "Grace"])
/// }
///
/// fn user(_: http::Request, id: u32) -> Result<http::Response> {
///     match id {
///         1 => Ok(http::Response::text("Ada")),
///         _ => Err(Error::http(404, "no such user")),
///     }
/// }
///
/// fn remove(_: http::Request, _id: u32) -> Result<http::Response> {
///     Ok(http::Response::new(204))
/// }
///
/// fn file(_: http::Request, path: http::Tail) -> Result<http::Response> {
///     Ok(http::Response::text(path.segments().join(" > ")))
/// }
///
/// use capwire_actor::testing::FakeHost;
/// let host = FakeHost::new();
/// let ask = |method, path| host.http(&ACTOR, http::Request::new(method, path)).unwrap();
/// assert_eq!(ask("GET", "/users/1").body, b"Ada");
/// assert_eq!(ask("GET", "/users/Ada").status_code, 404);
/// assert_eq!(ask("PUT", "/users/1").header("allow"), Some("DELETE, GET, HEAD, OPTIONS"));
/// assert_eq!(ask("GET", "/files/a%2Fb/c").body, b"a/b > c");
/// ```
///
/// The method is `get`, `head`, `post`, `put`, `patch`, `delete`, `options` or `any`. `:name` in a
/// pattern stands for one segment that is not empty, and `*name` at the end for the rest of the path. A
/// handler takes the request, and then a value for each of them, four at most. A pattern that is wrong,
/// or a handler with another number of values, is an error of the compiler:
///
/// ```compile_fail,E0080
/// # use capwire_actor::prelude::*;
/// actor! { http => router! { get "/users/:id" => users } }
///
/// fn users(_: http::Request) -> Result<http::Response> {
///     Ok(http::Response::ok())
/// }
/// ```
///
/// The first route that fits answers:
///
/// - The segments of a path are decoded, so an encoded `/` stays inside of its segment. A path that
///   cannot be decoded to UTF-8 gets 400. A rest is the text as the client sent it; [`Tail`](crate::http::Tail)
///   decodes its segments.
/// - If a value does not have the type of its handler, the search goes on, and ends with 404. The
///   segments `.` and `..` are never values.
/// - A path that ends with `/` is another path.
/// - `get` answers `HEAD`, too: the server leaves out the body.
/// - If no route has the method, the response is 405 with `Allow`, or 204 with `Allow` for `OPTIONS`.
/// - If a handler fails with an [error that has a status](crate::Error::http), the client gets this status
///   and text. Any other error fails the call, so the client gets 500 without the text.
#[macro_export]
macro_rules! router {
    ($($method:ident $pattern:literal => $handler:expr),+ $(,)?) => {{
        const ROUTES: &[$crate::__private::Route] = &[$({
            struct Path;
            impl $crate::__private::Pattern for Path {
                const TEXT: &'static str = $pattern;
            }
            $crate::__private::Route::new($crate::__method!($method), $pattern, |request, values| {
                $crate::__private::run::<Path, _, _>(&$handler, request, values)
            })
        }),+];
        |request: $crate::http::Request| $crate::__private::route(ROUTES, request)
    }};
}

/// Expands to the name of a method.
#[doc(hidden)]
#[macro_export]
macro_rules! __method {
    (get) => {
        "GET"
    };
    (head) => {
        "HEAD"
    };
    (post) => {
        "POST"
    };
    (put) => {
        "PUT"
    };
    (patch) => {
        "PATCH"
    };
    (delete) => {
        "DELETE"
    };
    (options) => {
        "OPTIONS"
    };
    (any) => {
        $crate::__private::ANY
    };
    ($method:ident) => {
        ::core::compile_error!(
            "expected `get`, `head`, `post`, `put`, `patch`, `delete`, `options` or `any` before a pattern"
        )
    };
}

/// The method of routes for all methods.
pub const ANY: &str = "";

/// The answer of a handler, or the request if a value does not have the type of the handler.
pub(crate) type Answer = Result<Result<Response>, Request>;

/// A function that calls a handler with the values of its parameters.
pub(crate) type Run = fn(Request, &[Cow<'_, str>]) -> Answer;

/// One line of [`router!`].
pub struct Route {
    method: &'static str,
    pattern: &'static str,
    run: Run,
}

impl Route {
    /// Returns a route. A wrong pattern is an error of the compiler.
    #[must_use]
    pub const fn new(method: &'static str, pattern: &'static str, run: Run) -> Self {
        path::parameters(pattern);
        Self {
            method,
            pattern,
            run,
        }
    }

    fn takes(&self, method: &str) -> bool {
        self.method == method || self.method == ANY || (self.method == "GET" && method == "HEAD")
    }
}

/// The pattern of a route, as a type.
pub trait Pattern {
    /// The text.
    const TEXT: &'static str;
    /// The number of parameters.
    const PARAMETERS: usize = path::parameters(Self::TEXT);
}

/// A handler of a route in [`router!`]: a function that takes the request and a value for each
/// parameter of the route's path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot handle a route",
    label = "expected `fn(http::Request, …) -> Result<http::Response>` with up to four values that implement `FromStr`"
)]
pub trait RouteHandler<Values> {
    /// The number of values.
    #[doc(hidden)]
    const VALUES: usize;

    /// Calls the handler, unless a value has another type.
    #[doc(hidden)]
    fn handle(&self, request: Request, values: &[Cow<'_, str>]) -> Answer;
}

macro_rules! handlers {
    ($($count:literal: $($type:ident $value:ident),*;)*) => {$(
        impl<F, $($type: FromStr),*> RouteHandler<($($type,)*)> for F
        where
            F: Fn(Request $(, $type)*) -> Result<Response>,
        {
            const VALUES: usize = $count;

            fn handle(&self, request: Request, values: &[Cow<'_, str>]) -> Answer {
                let [$($value),*] = values else {
                    return Err(request);
                };
                $(let Ok($value) = $value.parse() else {
                    return Err(request);
                };)*
                Ok(self(request $(, $value)*))
            }
        }
    )*};
}

handlers! {
    0: ;
    1: A a;
    2: A a, B b;
    3: A a, B b, C c;
    4: A a, B b, C c, D d;
}

/// Calls the handler of a route.
///
/// # Errors
/// Returns the request if a value has another type than the handler takes.
pub fn run<P: Pattern, V, H: RouteHandler<V>>(
    handler: &H,
    request: Request,
    values: &[Cow<'_, str>],
) -> Answer {
    const {
        assert!(
            P::PARAMETERS == H::VALUES,
            "a handler takes the request, and one value for each `:name` and `*name` of its pattern"
        );
    }
    handler.handle(request, values)
}

/// Answers a request by the first route that fits.
///
/// # Errors
/// Returns the error of the handler, unless it has a status.
pub fn route(routes: &[Route], mut request: Request) -> Result<Response> {
    let path = request.path.clone();
    if !path::is_readable(&path) {
        return Ok(plain(400, "the path is not percent-encoded UTF-8"));
    }
    let (mut methods, mut has_wrong_value) = (Vec::new(), false);
    for route in routes {
        let Some(values) = fit(route.pattern, &path) else {
            continue;
        };
        if !route.takes(&request.method) {
            methods.push(route.method);
            continue;
        }
        request = match (route.run)(request, &values) {
            Ok(answer) => return answer.or_else(refused),
            Err(request) => request,
        };
        has_wrong_value = true;
    }
    if has_wrong_value || methods.is_empty() {
        return Ok(plain(404, "not found"));
    }
    let response = match &*request.method {
        "OPTIONS" => Response::new(204),
        _ => plain(405, "method not allowed"),
    };
    Ok(response.with_header("allow", allowed(methods)))
}

fn refused(error: crate::Error) -> Result<Response> {
    match error.status() {
        Some(status) => Ok(plain(status, &error.to_string())),
        None => Err(error),
    }
}

fn allowed(mut methods: Vec<&'static str>) -> String {
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    methods.dedup();
    methods.join(", ")
}

fn plain(status: u16, text: &str) -> Response {
    // The text may repeat what the client sent.
    Response::text(text)
        .with_status(status)
        .with_header("x-content-type-options", "nosniff")
}
