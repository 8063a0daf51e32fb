//! Configuration, keys on the server, and scripts.

use crate::subject::{bound, direct, prefix};
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::ProviderError;
use capwire_redis_server::{Own, Proxy};
use std::error::Error;
use std::net::TcpListener;

fn on_server(key: &str) -> Option<String> {
    redis::cmd("GET").arg(key).query(&mut direct()).unwrap()
}

#[tokio::test]
async fn keys_on_the_server_begin_with_the_prefix() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let kv = bound(&store, &[("PREFIX", &prefix)]).await.unwrap();
    kv.add("hits", 3).await.unwrap();
    assert_eq!(on_server(&format!("{prefix}hits")).as_deref(), Some("3"));
    // With an empty prefix, the keys are those of the actor.
    let kv = bound(&store, &[("PREFIX", "")]).await.unwrap();
    assert_eq!(kv.add(&format!("{prefix}hits"), 1).await.unwrap(), 4);
}

#[tokio::test]
async fn databases_of_one_server_are_apart() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let url = format!("{}/7", crate::subject::url().trim_end_matches('/'));
    let values = [("PREFIX", &*prefix), ("URL", &*url)];
    let kv = bound(&store, &values).await.unwrap();
    kv.set("key", "value").await.unwrap();
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("value"));
    assert_eq!(on_server(&format!("{prefix}key")), None);
    kv.del("key").await.unwrap();
}

/// Another client, or a restart of the server, may remove the scripts.
#[tokio::test]
async fn removed_scripts_are_loaded_again() {
    // Other tests run scripts on the server that they share.
    let server = Own::start();
    let proxy = Proxy::to_socket(&server.socket()).await;
    let (store, url) = (KeyValueRedis::new(), proxy.url());
    let kv = bound(&store, &[("URL", &url)]).await.unwrap();
    for sum in 1..=3 {
        server.flush_scripts();
        assert_eq!(kv.add("hits", 1).await.unwrap(), sum);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_reported_at_the_binding() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let url = format!("redis://127.0.0.1:{port}");
    let store = KeyValueRedis::new();
    let refused = bound(&store, &[("URL", &url)]).await.map(drop);
    let text = refused.unwrap_err().to_string();
    assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
    assert!(text.contains("`URL`"), "{text}");
}

#[tokio::test]
async fn a_wrong_password_is_reported_without_it() {
    let store = KeyValueRedis::new();
    let refused = bound(&store, &[("PASSWORD", "hunter2")]).await.map(drop);
    let error = refused.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
    let cause = error.source().map(ToString::to_string).unwrap();
    assert!(cause.contains("password"), "{cause}");
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
}

/// The page about the provider lists the commands.
#[tokio::test]
async fn a_user_needs_only_the_documented_commands() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let page = include_str!("../../../../docs/providers/keyvalue-redis.md");
    let list = page.split("```text\n").nth(1).unwrap();
    let list = list.split("\n```").next().unwrap().split(' ');
    let commands: Vec<_> = list
        .map(|name| format!("+{}", name.to_lowercase()))
        .collect();
    let user = User::new(prefix.trim_end_matches(':'), &prefix, &commands);
    let url = user.url();
    let kv = bound(&store, &[("URL", &url), ("PREFIX", &prefix)]).await;
    let kv = kv.unwrap();
    kv.set_for("key", "1", 60).await.unwrap();
    assert_eq!(kv.add("key", 1).await.unwrap(), 2);
    assert_eq!(kv.get("key").await.unwrap().as_deref(), Some("2"));
    assert_eq!(kv.get("none").await.unwrap(), None);
    assert!(kv.exists("key").await.unwrap());
    kv.del("key").await.unwrap();
    kv.push("list", "item").await.unwrap();
    assert_eq!(kv.range("list", 0, -1).await.unwrap(), ["item"]);
    kv.list_item_delete("list", "item").await.unwrap();
    kv.set_add("set", "member").await.unwrap();
    kv.set_add("same", "member").await.unwrap();
    assert_eq!(kv.set_query("set").await.unwrap(), ["member"]);
    assert_eq!(kv.set_union(&["set", "same"]).await.unwrap(), ["member"]);
    let both = kv.set_intersection(&["set", "same"]).await.unwrap();
    assert_eq!(both, ["member"]);
    kv.set_remove("set", "member").await.unwrap();
    kv.clear("same").await.unwrap();
}

/// A user of the server, until it is dropped.
struct User(String);

impl User {
    fn new(name: &str, prefix: &str, commands: &[String]) -> Self {
        let mut made = redis::cmd("ACL");
        made.arg("SETUSER").arg(name).arg("on").arg(">pass");
        made.arg(format!("~{prefix}*")).arg(commands);
        made.exec(&mut direct()).unwrap();
        Self(name.to_owned())
    }

    fn url(&self) -> String {
        let url = crate::subject::url();
        url.replace("redis://", &format!("redis://{}:pass@", self.0))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let removed = redis::cmd("ACL")
            .arg("DELUSER")
            .arg(&self.0)
            .exec(&mut direct());
        removed.unwrap();
    }
}

#[tokio::test]
async fn a_command_that_the_user_may_not_use_is_reported() {
    let (store, prefix) = (KeyValueRedis::new(), prefix());
    let user = User::new(prefix.trim_end_matches(':'), &prefix, &["+ping".to_owned()]);
    let url = user.url();
    let kv = bound(&store, &[("URL", &url)]).await.unwrap();
    let error = kv.set("key", "value").await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
    let text = error.to_string();
    assert!(text.contains("NOPERM") && text.contains("user"), "{text}");
}
