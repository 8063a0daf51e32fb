//! A server that cannot be reached, or that does not answer.

use crate::contract::{url, values};
use capwire_blobstore_s3::BlobstoreS3;
use capwire_contracts::blobstore::ErrorClass;
use capwire_contracts_suite::blobstore::{Subject, class, content};
use capwire_provider::ProviderError;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The way of a connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    /// Connections are accepted and get no answer. Those that are there are cut off.
    Silent,
    /// Connections are cut off.
    Cut,
}

/// A way to the server that a test can close.
struct Between {
    way: Arc<watch::Sender<Way>>,
    address: String,
}

impl Between {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let way = Arc::new(watch::Sender::new(Way::Open));
        let watched = Arc::clone(&way);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, watched.subscribe()));
            }
        });
        Self { way, address }
    }

    fn is(&self, way: Way) {
        self.way.send_replace(way);
    }

    fn subject(&self, timeout: &str) -> Subject {
        let values = values().into_iter().map(|(key, value)| match &*key {
            "ENDPOINT" => (key, self.address.clone()),
            "TIMEOUT" => (key, timeout.to_owned()),
            _ => (key, value),
        });
        Subject::new(BlobstoreS3::new(), values, ())
    }
}

async fn pass(mut client: TcpStream, mut way: watch::Receiver<Way>) {
    let now = *way.borrow_and_update();
    match now {
        Way::Cut => {}
        Way::Silent => {
            let _ = way.changed().await;
        }
        Way::Open => {
            let url = url();
            let server = TcpStream::connect(url.strip_prefix("http://").unwrap()).await;
            let mut server = server.unwrap();
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => {}
                _ = way.changed() => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_fail_in_time_and_work_again_after_an_outage() {
    let between = Between::new().await;
    let subject = between.subject("2s");
    let client = subject.images().await;
    client.put("images", "cat", b"meow").await.unwrap();
    for way in [Way::Silent, Way::Cut] {
        between.is(way);
        let (listed, started, read) = tokio::join!(
            client.list("images"),
            client.start("images", "dog", 4),
            client.download("images", "cat", 0),
        );
        for refused in [class(listed), class(started), class(read)] {
            assert_eq!(refused, ErrorClass::Unavailable, "{way:?}");
        }
        between.is(Way::Open);
        assert_eq!(client.get("images", "cat").await.unwrap(), b"meow");
        client.put("images", "dog", b"woof").await.unwrap();
        client.remove("images", "dog").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_an_outage_cuts_off_is_not_visible() {
    let between = Between::new().await;
    let subject = between.subject("2s");
    let client = subject.images().await;
    client.put("images", "cat", b"old").await.unwrap();
    client.start("images", "cat", 6).await.unwrap();
    let cat = ("images", "cat", 6);
    client.chunk(cat, 0, b"meo").await.unwrap();
    between.is(Way::Cut);
    let refused = client.chunk(cat, 1, b"wmi").await;
    assert_eq!(class(refused), ErrorClass::Unavailable);
    between.is(Way::Open);
    assert_eq!(client.get("images", "cat").await.unwrap(), b"old");
    let refused = client.chunk(cat, 1, b"wmi").await;
    assert_eq!(class(refused), ErrorClass::NoUpload);
    client.put("images", "cat", &content(6, 0)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer_is_an_error_of_the_binding() {
    let between = Between::new().await;
    between.is(Way::Silent);
    let subject = between.subject("200ms");
    let receiver = capwire_contracts_suite::blobstore::Receiver::default();
    let refused = subject.bind("MACTOR", "default", &receiver, &[]).await;
    assert!(
        matches!(refused, Err(ProviderError::Unavailable { .. })),
        "{refused:?}"
    );
}
