//! Counters and strings, with and without an end.

use super::Subject;
use capwire_provider::ProviderError;

/// `Add` counts from 0, up and down.
pub async fn counters_start_at_zero(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.add("hits", 1).await.unwrap(), 1);
    assert_eq!(kv.add("hits", 41).await.unwrap(), 42);
    assert_eq!(kv.add("hits", -50).await.unwrap(), -8);
    assert_eq!(kv.add("other", 0).await.unwrap(), 0);
    assert!(kv.exists("other").await.unwrap());
}

/// Counters and strings are the same thing.
pub async fn a_counter_is_a_string(subject: &Subject) {
    let kv = subject.client().await;
    kv.add("hits", -3).await.unwrap();
    assert_eq!(kv.get("hits").await.unwrap().as_deref(), Some("-3"));
    kv.set("hits", "40").await.unwrap();
    assert_eq!(kv.add("hits", 2).await.unwrap(), 42);
}

/// Only the text of an integer can be added to, and a refusal changes nothing.
pub async fn adding_to_something_else_than_a_number_is_refused(subject: &Subject) {
    let kv = subject.client().await;
    for text in [
        "",
        "abc",
        "1.5",
        " 1",
        "1 ",
        "+5",
        "007",
        "-0",
        "2147483648",
    ] {
        kv.set("text", text).await.unwrap();
        let refused = kv.add("text", 1).await;
        assert!(matches!(refused, Err(ProviderError::Refused(_))), "{text}");
        assert_eq!(kv.get("text").await.unwrap().as_deref(), Some(text));
    }
}

/// Both ends of the range can be reached but not left.
pub async fn a_sum_beyond_32_bits_is_refused(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.add("most", i32::MAX).await.unwrap(), i32::MAX);
    assert!(matches!(
        kv.add("most", 1).await,
        Err(ProviderError::Refused(_))
    ));
    assert_eq!(kv.add("most", 0).await.unwrap(), i32::MAX);
    assert_eq!(kv.add("least", i32::MIN).await.unwrap(), i32::MIN);
    assert!(matches!(
        kv.add("least", -1).await,
        Err(ProviderError::Refused(_))
    ));
    assert_eq!(kv.get("least").await.unwrap(), Some(i32::MIN.to_string()));
}

/// `Set`, `Get`, `Del` and `KeyExists` of a string.
pub async fn strings_are_written_read_and_removed(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.set("name", "Ada").await.unwrap(), "Ada");
    assert_eq!(kv.get("name").await.unwrap().as_deref(), Some("Ada"));
    kv.set("name", "").await.unwrap();
    assert_eq!(kv.get("name").await.unwrap().as_deref(), Some(""));
    assert_eq!(kv.del("name").await.unwrap(), "name");
    assert_eq!(kv.get("name").await.unwrap(), None);
    assert!(!kv.exists("name").await.unwrap());
}

/// Reading or removing what is not there is no error.
pub async fn a_key_that_is_not_there_reads_as_absent(subject: &Subject) {
    let kv = subject.client().await;
    assert_eq!(kv.get("none").await.unwrap(), None);
    assert!(!kv.exists("none").await.unwrap());
    assert_eq!(kv.del("none").await.unwrap(), "none");
    assert!(kv.range("none", 0, -1).await.unwrap().is_empty());
    assert!(kv.set_query("none").await.unwrap().is_empty());
    assert_eq!(kv.list_item_delete("none", "x").await.unwrap(), 0);
    assert_eq!(kv.set_remove("none", "x").await.unwrap(), 0);
    assert!(!kv.exists("none").await.unwrap());
}

/// `Set` takes the place of lists and sets too, with nothing of them left.
pub async fn setting_replaces_whatever_was_there(subject: &Subject) {
    let kv = subject.client().await;
    kv.push("key", "item").await.unwrap();
    kv.set("key", "text").await.unwrap();
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("text"));
    kv.del("key").await.unwrap();
    assert_eq!(kv.push("key", "new").await.unwrap(), 1);
    assert_eq!(kv.range("key", 0, -1).await.unwrap(), ["new"]);
}

/// A string is there until its time is over, and gone from then on.
pub async fn strings_expire(subject: &Subject) {
    let kv = subject.client().await;
    kv.set_for("session", "s", 10).await.unwrap();
    kv.set("name", "n").await.unwrap();
    subject.pass(9);
    assert_eq!(kv.get("session").await.unwrap().as_deref(), Some("s"));
    subject.pass(2);
    assert_eq!(kv.get("session").await.unwrap(), None);
    assert!(!kv.exists("session").await.unwrap());
    assert!(kv.exists("name").await.unwrap());
}

/// This is the behaviour of `INCRBY`.
pub async fn adding_keeps_the_expiry(subject: &Subject) {
    let kv = subject.client().await;
    kv.set_for("hits", "1", 10).await.unwrap();
    assert_eq!(kv.add("hits", 1).await.unwrap(), 2);
    subject.pass(11);
    assert_eq!(kv.add("hits", 1).await.unwrap(), 1);
}

/// This is the behaviour of `SET`.
pub async fn setting_again_forgets_the_expiry(subject: &Subject) {
    let kv = subject.client().await;
    kv.set_for("session", "a", 10).await.unwrap();
    kv.set("session", "b").await.unwrap();
    subject.pass(11);
    assert_eq!(kv.get("session").await.unwrap().as_deref(), Some("b"));
    kv.set_for("session", "c", 10).await.unwrap();
    kv.set_for("session", "d", 20).await.unwrap();
    subject.pass(11);
    assert_eq!(kv.get("session").await.unwrap().as_deref(), Some("d"));
}

/// An expired string does not keep its key from becoming something else.
pub async fn an_expired_key_starts_anew(subject: &Subject) {
    let kv = subject.client().await;
    kv.set_for("key", "text", 1).await.unwrap();
    subject.pass(2);
    assert_eq!(kv.push("key", "item").await.unwrap(), 1);
    subject.pass(60);
    kv.set("other", "write").await.unwrap();
    assert_eq!(kv.range("key", 0, -1).await.unwrap(), ["item"]);
}

/// A time in the past is a mistake, not a removal.
pub async fn a_negative_expiry_is_refused(subject: &Subject) {
    let kv = subject.client().await;
    kv.set("name", "n").await.unwrap();
    let refused = kv.set_for("name", "m", -1).await;
    assert!(matches!(refused, Err(ProviderError::Refused(_))));
    assert_eq!(kv.get("name").await.unwrap().as_deref(), Some("n"));
}
