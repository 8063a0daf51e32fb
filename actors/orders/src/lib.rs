//! An actor that takes orders by HTTP and handles them as messages.
#![forbid(unsafe_code)]

use capwire_actor::messaging::{BrokerMessage, ErrorClass};
use capwire_actor::prelude::*;
use std::time::Duration;

actor! {
    http => serve,
    message => work,
}

/// The subject of new orders.
const NEW: &str = "orders.new";
/// The subject of questions for the number of orders of a product.
const COUNT: &str = "orders.count";
/// The time in which the worker replies.
const PATIENCE: Duration = Duration::from_secs(2);

fn serve(request: http::Request) -> Result<http::Response> {
    match (&*request.method, request.path.strip_prefix("/orders")) {
        ("POST", Some("")) => order(request.body),
        ("GET", Some(product)) => count(product.trim_start_matches('/')),
        _ => Ok(http::Response::not_found()),
    }
}

/// Sends an order, and does not wait for the worker.
fn order(product: Vec<u8>) -> Result<http::Response> {
    match messaging::default().publish(NEW, product) {
        Ok(()) => Ok(status(202, "ordered\n")),
        Err(error) if messaging::class(&error) == Some(ErrorClass::Full) => {
            Ok(status(503, "too many orders, try again later\n"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks the worker for the number of orders of a product.
fn count(product: &str) -> Result<http::Response> {
    match messaging::default().request(COUNT, product, PATIENCE) {
        Ok(count) => Ok(status(200, &String::from_utf8_lossy(&count))),
        Err(error) => match messaging::class(&error) {
            Some(ErrorClass::NoResponders | ErrorClass::Timeout) => {
                Ok(status(503, "no worker answers\n"))
            }
            _ => Err(error.into()),
        },
    }
}

fn status(code: u32, text: &str) -> http::Response {
    let mut response = http::Response::text(text);
    response.status_code = code;
    response
}

/// Handles an order, or replies with the number of orders.
fn work(message: BrokerMessage) -> Result<()> {
    let product = String::from_utf8_lossy(&message.body);
    let key = format!("orders:{product}");
    let more = i32::from(message.subject == NEW);
    let count = keyvalue::default().add(&key, more)?;
    messaging::default().reply(&message, count.to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::codec;
    use capwire_actor::messaging::{BrokerMessage, OP_DELIVER_MESSAGE};
    use capwire_actor::prelude::*;
    use capwire_actor::testing::FakeHost;

    fn broker() -> FakeHost {
        FakeHost::new().respond("wascc:messaging", "Publish", &())
    }

    fn deliver(host: &FakeHost, subject: &str, reply_to: &str) {
        let message = BrokerMessage {
            subject: subject.to_owned(),
            reply_to: reply_to.to_owned(),
            body: b"tea".to_vec(),
        };
        let message = codec::encode(&message).unwrap();
        let handled = host.run(|| ACTOR.call(OP_DELIVER_MESSAGE, message));
        handled.unwrap();
    }

    #[test]
    fn an_order_is_sent() {
        let host = broker();
        let request = http::Request::new("POST", "/orders").with_body("tea");
        assert_eq!(host.http(&ACTOR, request).unwrap().status_code, 202);
        let sent: BrokerMessage = codec::decode(&host.calls()[0].payload).unwrap();
        assert_eq!((&*sent.subject, &*sent.body), ("orders.new", &b"tea"[..]));
    }

    #[test]
    fn orders_are_counted_and_the_count_is_the_reply() {
        let host = broker();
        deliver(&host, "orders.new", "");
        deliver(&host, "orders.new", "");
        deliver(&host, "orders.count", "inbox.1");
        let reply = host.calls().last().unwrap().payload.clone();
        let reply: BrokerMessage = codec::decode(&reply).unwrap();
        assert_eq!((&*reply.subject, &*reply.body), ("inbox.1", &b"2"[..]));
    }

    #[test]
    fn a_full_queue_and_a_missing_worker_are_answers() {
        let status = |operation, reason, method| {
            let host = FakeHost::new().refuse("wascc:messaging", operation, reason);
            let request = http::Request::new(method, "/orders");
            host.http(&ACTOR, request)
                .map(|response| response.status_code)
        };
        let full = status("Publish", "full: no room", "POST");
        assert_eq!(full.unwrap(), 503);
        let nobody = status("Request", "no responders: nobody", "GET");
        assert_eq!(nobody.unwrap(), 503);
        assert!(status("Publish", "denied by claims", "POST").is_err());
    }
}
