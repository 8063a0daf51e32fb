//! Subjects, and the wildcards of subscriptions.

use super::{Listener, Subject, class};
use capwire_contracts::messaging::ErrorClass;
use capwire_provider::ProviderError;

/// Sends the names of `subjects` to themselves, and then to `end`, to which the actor subscribes, too.
/// Returns those that it has got, in alphabetical order, because a broker may keep the order of each
/// subscription alone.
async fn heard(subject: &Subject, subscription: &str, subjects: &[&str]) -> Vec<String> {
    let subscriptions = format!("{subscription},end");
    let listener = subject.listener("MLISTENER", &subscriptions).await;
    let sender = subject.sender().await;
    for name in subjects {
        sender.publish(&subject.name(name), *name).await.unwrap();
    }
    sender.publish(&subject.name("end"), "end").await.unwrap();
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| last != "end") {
        heard.extend(listener.bodies(1).await);
    }
    heard.pop();
    // What has arrived is handled before the binding ends.
    subject.unbind("MLISTENER", "default").await;
    heard.extend(listener.rest().await);
    heard.sort();
    heard
}

/// One part exactly, anywhere.
pub async fn a_star_stands_for_one_part(subject: &Subject) {
    let sent = ["a", "a.b", "a.b.c", "a.c.c", "b.b", "a.b.d", "a.b*"];
    let (one, two) = (["a.b", "a.b*"], ["a.b.c", "a.c.c"]);
    assert_eq!(heard(subject, "a.*", &sent).await, one);
    assert_eq!(heard(subject, "a.*.c", &sent).await, two);
}

/// One part or more, at the end.
pub async fn a_greater_than_sign_stands_for_the_rest(subject: &Subject) {
    let sent = ["a", "a.b", "a.b.c.d", "b", "aa.b"];
    assert_eq!(heard(subject, "a.>", &sent).await, ["a.b", "a.b.c.d"]);
    assert_eq!(heard(subject, "*.b.>", &sent).await, ["a.b.c.d"]);
}

/// The provider of 2020 did not trim them.
pub async fn subjects_of_a_list_are_trimmed(subject: &Subject) {
    let listener = Listener::default();
    let list = format!(" {} ,\t{}", subject.name("a"), subject.name("b"));
    let values = [("SUBSCRIPTION", &*list)];
    let bound = subject.bind("MLISTENER", "default", listener.clone(), &values);
    bound.await.unwrap();
    let sender = subject.sender().await;
    for name in ["a", "b"] {
        sender.publish(&subject.name(name), name).await.unwrap();
    }
    let mut bodies = listener.bodies(2).await;
    bodies.sort();
    assert_eq!(bodies, ["a", "b"]);
}

/// None of them reaches the server.
pub async fn malformed_subjects_of_messages_are_refused(subject: &Subject) {
    let long = "a".repeat(1 << 20);
    let sender = subject.sender().await;
    let good = subject.name("good");
    for wrong in [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        " a",
        "a\0",
        "a\r\nPUB b 0\r\n",
        "a\tb",
        "a\u{85}",
        "*",
        ">",
        "a.*",
        "a.>",
        "*.a",
        &long,
    ] {
        let shown: String = wrong.chars().take(20).collect();
        let refused = sender.publish(wrong, "").await;
        assert_eq!(class(refused), ErrorClass::Subject, "{shown:?}");
        let refused = sender.request(wrong, "", 1_000).await;
        assert_eq!(class(refused), ErrorClass::Subject, "{shown:?}");
        if !wrong.is_empty() {
            let refused = sender.publish_with(&good, wrong, "").await;
            assert_eq!(class(refused), ErrorClass::Subject, "{shown:?}");
        }
    }
}

/// With the name of their key.
pub async fn malformed_subscriptions_are_refused(subject: &Subject) {
    for wrong in ["", "a,", "a..b", "a.>.b", "a b", "a\0", "a\r\nSUB > 1"] {
        let values = [("SUBSCRIPTION", wrong)];
        let refused = subject
            .bind("MACTOR", "default", Listener::default(), &values)
            .await;
        let Err(ProviderError::Config { key, .. }) = refused else {
            panic!("{wrong:?}: {refused:?}");
        };
        assert_eq!(key, "SUBSCRIPTION");
    }
}

/// In the default group.
pub async fn subjects_that_overlap_deliver_a_message_once(subject: &Subject) {
    let sent = ["a.b", "a.b.c"];
    assert_eq!(heard(subject, "a.>,a.b,*.b", &sent).await, sent);
}
