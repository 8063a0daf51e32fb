//! Queue groups.

use super::{Listener, Subject};

/// Messages of each case. With two members that each get any of them, one gets none in one of 2^63
/// runs.
const MESSAGES: usize = 64;

async fn send(subject: &Subject, name: &str) {
    let sender = subject.sender().await;
    let name = subject.name(name);
    for number in 0..MESSAGES {
        sender.publish(&name, number.to_string()).await.unwrap();
    }
}

/// Returns the numbers of messages that each of the listeners of a group has got, all together
/// [`MESSAGES`].
async fn shared(members: &[Listener]) -> Vec<usize> {
    let mut counts = vec![0; members.len()];
    while counts.iter().sum::<usize>() < MESSAGES {
        for (count, member) in counts.iter_mut().zip(members) {
            *count += member.count().await;
        }
        tokio::task::yield_now().await;
    }
    counts
}

/// Whatever the actors are.
pub async fn each_group_gets_a_message_once(subject: &Subject) {
    let red = [("QUEUEGROUP_NAME", "red")];
    let blue = [("QUEUEGROUP_NAME", "blue")];
    let (one, two) = (
        subject.listener_with("MONE", "a", &red).await,
        subject.listener_with("MTWO", "a", &red).await,
    );
    let three = subject.listener_with("MTHREE", "*", &blue).await;
    send(subject, "a").await;
    let reds = shared(&[one.clone(), two.clone()]).await;
    assert_eq!(shared(std::slice::from_ref(&three)).await, [MESSAGES]);
    assert_eq!(reds.iter().sum::<usize>(), MESSAGES);
    for listener in [one, two, three] {
        assert_eq!(listener.count().await, 0);
    }
}

/// None of them gets everything.
pub async fn members_of_a_group_share_the_messages(subject: &Subject) {
    let group = [("QUEUEGROUP_NAME", "workers")];
    let members = [
        subject.listener_with("MONE", "a", &group).await,
        subject.listener_with("MTWO", "a", &group).await,
    ];
    send(subject, "a").await;
    let counts = shared(&members).await;
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

/// So an actor on several hosts gets each message once.
pub async fn bindings_of_one_actor_are_a_group(subject: &Subject) {
    let members = [Listener::default(), Listener::default()];
    for (member, name) in members.iter().zip(["one", "two"]) {
        subject.listen("MACTOR", name, member, "a", &[]).await;
    }
    let other = subject.listener("MOTHER", "a").await;
    send(subject, "a").await;
    shared(&members).await;
    assert_eq!(shared(&[other]).await, [MESSAGES]);
    for member in members {
        assert_eq!(member.count().await, 0);
    }
}

/// Each binding gets each message.
pub async fn an_empty_group_is_none(subject: &Subject) {
    let none = [("QUEUEGROUP_NAME", "")];
    let members = [Listener::default(), Listener::default()];
    for (member, name) in members.iter().zip(["one", "two"]) {
        subject.listen("MACTOR", name, member, "a", &none).await;
    }
    send(subject, "a").await;
    for member in members {
        assert_eq!(shared(&[member]).await, [MESSAGES]);
    }
}
