//! Names by which actors call each other: from the host's owner only, never from claims.

use crate::kit::{Kit, Module, next};
use capwire_engine_fake::standard;
use capwire_host::{Event, Remedy};

#[tokio::test]
async fn an_actor_is_called_by_the_alias_that_the_host_gives_it_k7() {
    let kit = Kit::new();
    let stock = kit.start(&Module::new().named("stock")).await;
    let shop = kit.start(&Module::new().claims(stock)).await;
    let other = kit.start(&Module::new()).await;
    let call = || standard::host_call("", "stock", "echo", b"hi");
    let mut events = kit.host.events();
    // The name in its claims is no alias.
    assert!(kit.host.call(shop, "call", call()).await.is_err());
    let Event::Denied(denial) = next(&mut events).await else {
        panic!("the denial is an event");
    };
    assert_eq!(denial.remedy(), Some(&Remedy::Alias("stock".to_owned())));

    kit.host.set_aliases([("stock".to_owned(), stock)]).unwrap();
    assert_eq!(kit.host.call(shop, "call", call()).await.unwrap(), "hi");
    // An alias is not a claim.
    assert!(kit.host.call(other, "call", call()).await.is_err());
    for wrong in ["", "wascc:keyvalue", "a b", &stock.to_string()] {
        assert!(kit.host.set_aliases([(wrong.to_owned(), stock)]).is_err());
    }
    assert_eq!(kit.host.call(shop, "call", call()).await.unwrap(), "hi");
    kit.host.set_aliases([]).unwrap();
    assert!(kit.host.call(shop, "call", call()).await.is_err());
}
