//! Limits of time, size and number.

use crate::bound::{Bound, get, request};
use crate::server::{Server, ok};
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::http::OP_PERFORM_REQUEST;
use capwire_provider::{Call, CallLimits, Provider};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens on a free port of 127.0.0.1.
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Accepts a connection and reads the head of a request.
async fn head(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        read.push(stream.read_u8().await.unwrap());
    }
    stream
}

#[tokio::test]
async fn a_server_that_is_silent_costs_no_more_than_the_time_of_the_binding() {
    let (listener, url) = listen().await;
    for (key, text) in [
        ("HEAD_TIMEOUT", "no response began"),
        ("TIMEOUT", "not answered in time"),
    ] {
        let client = Bound::to_loopback(&[(key, "50ms"), ("RETRIES", "0")]).await;
        let (error, _held) = tokio::join!(client.refused(&url), head(&listener));
        assert!(error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_end_costs_no_more_than_the_total_time() {
    let (listener, url) = listen().await;
    let client = Bound::to_loopback(&[("TIMEOUT", "100ms")]).await;
    let begins = async {
        let mut stream = head(&listener).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbegin";
        stream.write_all(answer).await.unwrap();
        stream
    };
    let (error, _held) = tokio::join!(client.refused(&url), begins);
    assert!(error.contains("not answered in time"), "{error}");
}

struct Soon;

impl CallLimits for Soon {
    fn time_left(&self) -> Option<Duration> {
        Some(Duration::from_millis(50))
    }

    fn is_given_up(&self) -> bool {
        false
    }

    fn thread_cpu(&self) -> Duration {
        Duration::ZERO
    }

    fn charge(&self, _: Duration) -> bool {
        true
    }

    fn shared(&self) -> Arc<dyn CallLimits> {
        Arc::new(Soon)
    }
}

#[tokio::test]
async fn a_request_ends_at_the_deadline_of_its_caller() {
    let (listener, url) = listen().await;
    let client = Bound::to_loopback(&[]).await;
    let payload = codec::encode(&get(&url)).unwrap();
    let call = Call::new(&client.id, OP_PERFORM_REQUEST, &payload).limited(&Soon);
    let (answer, _held) = tokio::join!(client.call(call), head(&listener));
    assert!(answer.unwrap_err().to_string().contains("in time"));
}

#[tokio::test]
async fn a_request_whose_caller_is_gone_closes_its_connection() {
    let (listener, url) = listen().await;
    let client = Bound::to_loopback(&[]).await;
    let payload = codec::encode(&get(&url)).unwrap();
    let call = Call::new(&client.id, OP_PERFORM_REQUEST, &payload);
    let mut stream = {
        let mut asked = pin!(client.provider.call(call));
        tokio::select! {
            answer = &mut asked => panic!("{answer:?}"),
            stream = head(&listener) => stream,
        }
    };
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "closed");
}

#[tokio::test]
async fn a_longer_body_than_the_limit_is_refused() {
    let server = Server::start(|asked| ok(vec![0; asked.uri().path().len()])).await;
    let client = Bound::to_loopback(&[("MAX_BODY", "6")]).await;
    assert!(client.get(&server.url("/12345")).await.is_ok());
    let error = client.refused(&server.url("/123456")).await;
    assert!(error.contains("`MAX_BODY`"), "{error}");
}

#[tokio::test]
async fn a_longer_body_that_nobody_announced_is_refused() {
    let (listener, url) = listen().await;
    let client = Bound::to_loopback(&[("MAX_BODY", "6")]).await;
    let streams = async {
        let mut stream = head(&listener).await;
        let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n1234567\r\n";
        stream.write_all(answer).await.unwrap();
        stream
    };
    let (error, _held) = tokio::join!(client.refused(&url), streams);
    assert!(error.contains("`MAX_BODY`"), "{error}");
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let (listener, url) = listen().await;
    let client = Bound::to_loopback(&[("RETRIES", "0")]).await;
    let floods = async {
        let mut stream = head(&listener).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(&[b'x'; 1024]).await.is_ok() {}
    };
    let (error, ()) = tokio::join!(client.refused(&url), floods);
    assert!(error.contains("before a response began"), "{error}");
}

#[tokio::test]
async fn only_idempotent_requests_are_sent_again() {
    for (method, sent) in [("GET", 3), ("PUT", 3), ("POST", 1), ("PATCH", 1)] {
        let (listener, url) = listen().await;
        let client = Bound::to_loopback(&[("RETRIES", "2")]).await;
        let closes = async {
            for count in 1.. {
                drop(head(&listener).await);
                if count == sent {
                    break;
                }
            }
        };
        let request = request(method, &url).with_body("body");
        let (answer, ()) = tokio::join!(client.send(&request), closes);
        assert!(answer.is_err(), "{method}");
        let mut another = pin!(listener.accept());
        let another = another
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(another.is_pending(), "{method} was sent again");
    }
}

#[tokio::test]
async fn more_requests_than_the_limit_wait_for_each_other() {
    let (listener, url) = listen().await;
    let client = Bound::to_loopback(&[("MAX_REQUESTS", "1")]).await;
    let (one, other) = (get(&url), get(&url));
    let (mut one, mut other) = (pin!(client.send(&one)), pin!(client.send(&other)));
    let mut first = tokio::select! {
        answer = &mut one => panic!("{answer:?}"),
        stream = head(&listener) => stream,
    };
    let mut context = Context::from_waker(Waker::noop());
    assert!(other.as_mut().poll(&mut context).is_pending());
    let mut second = pin!(listener.accept());
    assert!(second.as_mut().poll(&mut context).is_pending());
    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    first.write_all(answer).await.unwrap();
    assert_eq!(one.await.unwrap().status_code, 204);
    let answers = async {
        let mut stream = second.await.unwrap().0;
        let _ = stream.read(&mut [0; 1024]).await;
        stream.write_all(answer).await.unwrap();
    };
    assert_eq!(tokio::join!(other, answers).0.unwrap().status_code, 204);
}

#[tokio::test]
async fn a_response_that_is_none_is_refused() {
    for answer in [
        &b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx y: 1\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ] {
        let (listener, url) = listen().await;
        let client = Bound::to_loopback(&[("RETRIES", "0")]).await;
        let answers = async {
            let mut stream = head(&listener).await;
            stream.write_all(&Bytes::from_static(answer)).await.unwrap();
            stream
        };
        let (error, _held) = tokio::join!(client.refused(&url), answers);
        assert!(error.contains("response"), "{error}");
    }
}
