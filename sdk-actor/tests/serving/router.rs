//! Routes, as clients see them.

use capwire_actor::prelude::*;
use capwire_actor::testing::FakeHost;

actor! {
    http => router! {
        get "/" => root,
        get "/users/:id" => user,
        get "/users/:name" => named,
        post "/users/new" => root,
        delete "/users/:id" => user,
        get "/users/:name/orders/:order" => order,
        get "/files/*path" => files,
        get "/raw/*path" => raw,
        options "/own" => root,
        any "/any" => root,
        get "/café" => root,
        post "/json" => json,
        get "/fails" => fails,
        head "/head" => root,
    },
}

fn root(request: http::Request) -> Result<http::Response> {
    Ok(http::Response::text(request.method))
}

fn user(request: http::Request, id: u8) -> Result<http::Response> {
    Ok(http::Response::text(format!("{} {id}", request.method)))
}

fn named(_: http::Request, name: String) -> Result<http::Response> {
    Ok(http::Response::text(format!("named {name}")))
}

fn order(_: http::Request, name: String, order: i32) -> Result<http::Response> {
    Ok(http::Response::text(format!("{name} {order}")))
}

fn files(_: http::Request, path: http::Tail) -> Result<http::Response> {
    Ok(http::Response::text(path.segments().join("|")))
}

fn raw(_: http::Request, path: String) -> Result<http::Response> {
    Ok(http::Response::text(path))
}

fn json(request: http::Request) -> Result<http::Response> {
    http::Response::json(&request.json::<u8>()?)
}

fn fails(_: http::Request) -> Result<http::Response> {
    Err(Error::msg("secret"))
}

fn ask(method: &str, path: &str) -> http::Response {
    let request = http::Request::new(method, path);
    FakeHost::new().http(&ACTOR, request).unwrap()
}

fn body(method: &str, path: &str) -> String {
    let response = ask(method, path);
    let body = String::from_utf8(response.body).unwrap();
    match response.status_code {
        200 => body,
        status => status.to_string(),
    }
}

#[test]
fn the_first_route_that_fits_answers() {
    for (method, path, expected) in [
        ("GET", "/", "GET"),
        ("GET", "/users/7", "GET 7"),
        ("DELETE", "/users/7", "DELETE 7"),
        ("POST", "/users/new", "POST"),
        ("GET", "/users/new", "named new"),
        ("GET", "/users/256", "named 256"),
        ("DELETE", "/users/256", "404"),
        ("GET", "/users/Ada/orders/-3", "Ada -3"),
        ("GET", "/users/Ada/orders/x", "404"),
        ("GET", "/users/7?page=2", "GET 7"),
        ("PURGE", "/any", "PURGE"),
        ("GET", "/caf%C3%A9", "GET"),
    ] {
        assert_eq!(body(method, path), expected, "{method} {path}");
    }
}

#[test]
fn values_are_decoded_by_segment() {
    for (path, expected) in [
        ("/users/a%2Fb", "named a/b"),
        ("/users/%41da", "named Ada"),
        ("/users/a+b", "named a+b"),
        ("/users/%2541", "named %41"),
        ("/files/", ""),
        ("/files/a/b%2Fc/d%20e", "a|b/c|d e"),
        ("/files/a/", "a|"),
        ("/raw/a%2Fb/c", "a%2Fb/c"),
    ] {
        assert_eq!(body("GET", path), expected, "{path}");
    }
}

#[test]
fn hostile_paths_fit_no_route() {
    for (path, status) in [
        ("/users/", "404"),
        ("//users/7", "404"),
        ("/users//7", "404"),
        ("/users/7/", "404"),
        ("/USERS/7", "404"),
        ("/users%2F7", "404"),
        ("users/7", "404"),
        ("", "404"),
        ("*", "404"),
        ("/files", "404"),
        ("/users/..", "404"),
        ("/users/%2e%2E", "404"),
        ("/users/.", "404"),
        ("/files/a/../b", "404"),
        ("/files/a/%2e%2e/b", "404"),
        ("/raw/%2e", "404"),
        ("/users/%", "400"),
        ("/users/%4", "400"),
        ("/users/%4g", "400"),
        ("/users/%+4", "400"),
        ("/users/%ff", "400"),
        ("/users/%C3", "400"),
        ("/users/%C0%AF", "400"),
        ("/none/%zz", "400"),
        ("/users/%é", "400"),
    ] {
        assert_eq!(body("GET", path), status, "{path}");
    }
    // Their twins are values like any others.
    for (path, expected) in [
        ("/users/...", "named ..."),
        ("/users/..a", "named ..a"),
        ("/files/.../b", "...|b"),
        ("/users/%25", "named %"),
        ("/users/%C3%BF", "named ÿ"),
    ] {
        assert_eq!(body("GET", path), expected, "{path}");
    }
}

#[test]
fn a_method_without_a_route_gets_those_that_have_one() {
    let allowed = |method, path| {
        let response = ask(method, path);
        let allow = response.header("allow").unwrap_or_default().to_owned();
        (response.status_code, allow)
    };
    let of_user = "DELETE, GET, HEAD, OPTIONS".to_owned();
    assert_eq!(allowed("PUT", "/users/7"), (405, of_user.clone()));
    assert_eq!(allowed("get", "/users/7"), (405, of_user.clone()));
    assert_eq!(allowed("OPTIONS", "/users/7"), (204, of_user));
    let of_new = "DELETE, GET, HEAD, OPTIONS, POST".to_owned();
    assert_eq!(allowed("PUT", "/users/new"), (405, of_new));
    assert_eq!(allowed("GET", "/head"), (405, "HEAD, OPTIONS".to_owned()));
    assert_eq!(allowed("OPTIONS", "/none"), (404, String::new()));
    assert_eq!(body("OPTIONS", "/own"), "OPTIONS");
}

#[test]
fn get_answers_head_and_says_which_it_was() {
    assert_eq!(body("HEAD", "/users/7"), "HEAD 7");
    assert_eq!(body("HEAD", "/head"), "HEAD");
    assert_eq!(body("HEAD", "/json"), "405");
}

#[test]
fn only_errors_with_a_status_are_for_the_client() {
    let request = http::Request::new("POST", "/json").with_body("<b>");
    let response = FakeHost::new().http(&ACTOR, request).unwrap();
    assert_eq!(response.status_code, 400);
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    let text = String::from_utf8(response.body).unwrap();
    assert!(
        text.starts_with("cannot read the request's body as JSON"),
        "{text}"
    );
    let request = http::Request::new("GET", "/fails");
    let error = FakeHost::new().http(&ACTOR, request).unwrap_err();
    assert_eq!(error.to_string(), "secret");
}
