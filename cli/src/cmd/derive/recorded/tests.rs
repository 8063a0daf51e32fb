use super::{By, Use, by_capability};

fn uses(capability: &str, uses: &[(&str, &str)]) -> Vec<Use> {
    let one = |(operation, resource): &(&str, &str)| Use {
        actor: "M".to_owned(),
        by: By::Actor,
        capability: capability.to_owned(),
        operation: (*operation).to_owned(),
        resource: (!resource.is_empty()).then(|| (*resource).to_owned()),
    };
    uses.iter().map(one).collect()
}

fn proposed(recorded: &[Use]) -> Vec<String> {
    let recorded: Vec<&Use> = recorded.iter().collect();
    let proposals = by_capability(&recorded).unwrap();
    let texts = proposals.list.iter().map(|one| one.permission.to_string());
    texts.collect()
}

fn warnings(recorded: &[Use]) -> Vec<String> {
    let recorded: Vec<&Use> = recorded.iter().collect();
    by_capability(&recorded).unwrap().warnings
}

#[test]
fn operations_on_the_same_resources_are_one_permission() {
    let recorded = uses(
        "wascc:keyvalue",
        &[("Add", "a"), ("Get", "a"), ("Get", "b"), ("Set", "a")],
    );
    assert_eq!(
        proposed(&recorded),
        ["wascc:keyvalue[Add,Set on a]", "wascc:keyvalue[Get on a,b]"]
    );
}

#[test]
fn many_resources_are_named_by_how_they_begin() {
    let keys: Vec<String> = (10..20).map(|key| format!("session:{key}")).collect();
    let recorded: Vec<_> = keys.iter().map(|key| ("Get", key.as_str())).collect();
    let recorded = uses("wascc:keyvalue", &recorded);
    assert_eq!(proposed(&recorded), ["wascc:keyvalue[Get on session:*]"]);
    let keys: Vec<String> = ('a'..='k').map(String::from).collect();
    let recorded: Vec<_> = keys.iter().map(|key| ("Get", key.as_str())).collect();
    assert_eq!(
        proposed(&uses("wascc:keyvalue", &recorded)),
        ["wascc:keyvalue[Get]"]
    );
}

#[test]
fn hosts_are_named_one_by_one() {
    let hosts: Vec<String> = (0..12).map(|host| format!("{host}.example.com")).collect();
    let recorded: Vec<_> = hosts
        .iter()
        .map(|host| ("PerformRequest", host.as_str()))
        .collect();
    let proposed = proposed(&uses("wascc:http_client", &recorded));
    assert_eq!(proposed.len(), 1);
    assert_eq!(proposed[0].matches(".example.com").count(), 12);
    assert!(!proposed[0].contains('*'), "{proposed:?}");
}

#[test]
fn no_name_of_a_guest_widens_a_claim() {
    for key in ["a*", "a,b", " a", ""] {
        let recorded = uses("wascc:keyvalue", &[("Get", key), ("Get", "hits")]);
        assert_eq!(proposed(&recorded), ["wascc:keyvalue[Get on hits]"]);
        assert_eq!(warnings(&recorded).len(), 1, "{key}");
        let recorded = uses("wascc:keyvalue", &[("Get", key)]);
        assert_eq!(proposed(&recorded), [""; 0], "{key}");
        assert!(warnings(&recorded)[0].contains("[Get]'"), "{key}");
    }
    let on = uses("wascc:keyvalue", &[("Get", "a on b")]);
    assert_eq!(proposed(&on), ["wascc:keyvalue[Get on a on b]"]);
    assert_eq!(warnings(&on), [""; 0]);
    for operation in ["Write,Read", "Unknown", "*"] {
        let odd = uses("wascc:logging", &[(operation, ""), ("WriteLog", "")]);
        assert_eq!(proposed(&odd), ["wascc:logging[WriteLog]"]);
        assert_eq!(warnings(&odd).len(), 1, "{operation}");
    }
}

#[test]
fn capabilities_without_resources_are_narrowed_by_operation() {
    let recorded = uses("wascc:logging", &[("WriteLog", "")]);
    assert_eq!(proposed(&recorded), ["wascc:logging[WriteLog]"]);
    let mut recorded = uses("wascc:http_server", &[("HandleRequest", "")]);
    recorded[0].by = By::Provider;
    assert_eq!(proposed(&recorded), ["wascc:http_server"]);
}

#[test]
fn two_families_of_keys_are_two_patterns_k4() {
    let keys = |family: &str| (0..14).map(|key| format!("{family}:{key}")).collect();
    let keys: Vec<String> = ["hits", "url"]
        .map(keys)
        .into_iter()
        .flat_map(|keys: Vec<_>| keys)
        .collect();
    let recorded: Vec<_> = keys.iter().map(|key| ("Get", key.as_str())).collect();
    let recorded = uses("wascc:keyvalue", &recorded);
    assert_eq!(proposed(&recorded), ["wascc:keyvalue[Get on hits:*,url:*]"]);
    let three = uses(
        "wascc:keyvalue",
        &[("Get", "hits:1"), ("Get", "hits:2"), ("Get", "hits:3")],
    );
    assert_eq!(proposed(&three), ["wascc:keyvalue[Get on hits:*]"]);
}

#[test]
fn no_name_of_a_guest_is_shown_where_a_shell_reads_it_n2() {
    for (operation, key) in [
        ("Get", "x$(touch pwned)"),
        ("Get", "x' ; touch pwned ; '"),
        ("Get' ; touch pwned ; '", "x"),
        ("Get", "`touch pwned`"),
    ] {
        let recorded = uses("wascc:keyvalue", &[(operation, key)]);
        let recorded: Vec<&Use> = recorded.iter().collect();
        let proposals = by_capability(&recorded).unwrap();
        let shown = proposals.list.iter().map(|one| one.shown());
        for shown in shown.chain(proposals.warnings) {
            assert!(!shown.contains("pwned"), "{shown}");
        }
    }
}

#[test]
fn contracts_of_ones_own_are_proposed_with_the_resources_that_their_provider_declares_x9() {
    let recorded = uses(
        "acme:mailer",
        &[("Send", "ann@example.com"), ("Send", "bob@example.com")],
    );
    assert_eq!(
        proposed(&recorded),
        ["acme:mailer[Send on ann@example.com,bob@example.com]"]
    );
    let unreadable = uses("acme:mailer", &[("Send", "ann@example.com"), ("Send", "")]);
    assert_eq!(
        proposed(&unreadable),
        ["acme:mailer[Send on ann@example.com]"]
    );
    assert_eq!(warnings(&unreadable).len(), 1);
    let without = uses("acme:mailer", &[("Count", "")]);
    assert_eq!(proposed(&without), ["acme:mailer[Count]"]);
}
