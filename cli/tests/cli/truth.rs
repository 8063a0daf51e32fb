//! Claims and manifests that do not mean what they seem to: what `sign`, `check`, `run` and `why` say.

use crate::folder::{Folder, says};
use crate::grants::sign;
use crate::host::{Host, get};
use crate::modules::{forwarding, guest, web};

fn with_counter(capabilities: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.write("counter.wasm", guest(b""));
    let ended = sign(&folder, capabilities);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    folder
}

#[test]
fn a_misspelt_capability_is_not_signed_k1() {
    let folder = with_counter(&[]);
    for (capability, parts) in [
        (
            "wascc:keyvalue[Gett]",
            ["has no operation `Gett`", "did you mean `Get`?"],
        ),
        (
            "wascc:keyvaleu",
            ["`wascc:keyvaleu` is not", "did you mean `wascc:keyvalue`?"],
        ),
        (
            "keyvalue",
            ["`keyvalue` is not", "did you mean `wascc:keyvalue`?"],
        ),
    ] {
        let ended = sign(&folder, &[capability]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        says(&ended.stderr, &parts);
        says(&ended.stderr, &["--force"]);
        let line = format!("sign counter.wasm -o signed.wasm --force --cap {capability}");
        folder.succeed(&line);
        folder.write("m.yaml", "actors:\n  - signed.wasm\n");
        let checked = folder.run("check m.yaml");
        assert_eq!(checked.code, Some(0), "{checked:?}");
        says(
            &checked.stderr,
            &["warning: m.yaml:2:5: `counter` claims something unknown: "],
        );
        says(&checked.stderr, &parts);
    }
    assert_eq!(sign(&folder, &["acme:mailer[Send]"]).code, Some(0));
    let archive = "archive x86_64-linux=counter.wasm -o a.par --vendor me --cap";
    says(
        &folder.fail(&format!("{archive} wascc:keyvaleu"), 1),
        &["did you mean"],
    );
    folder.write("policy.yaml", "everyone:\n  limit:\n    - wascc:keyvaleu\n");
    let error = folder.fail("check m.yaml --policy policy.yaml", 1);
    says(
        &error,
        &["policy.yaml:3:7", "did you mean `wascc:keyvalue`?"],
    );
}

#[test]
fn why_says_what_is_misspelt_in_the_question_k1() {
    let folder = with_counter(&["wascc:keyvalue[Get]"]);
    folder.write("m.yaml", "actors: [signed.wasm]\n");
    let error = folder.fail("why counter wascc:keyvalue Gett --manifest m.yaml", 1);
    says(
        &error,
        &[
            "denied by claims",
            "no operation `Gett`: did you mean `Get`?",
        ],
    );
    assert!(!error.contains("--cap"), "{error}");
}

#[test]
fn a_claim_without_a_binding_and_a_manifest_without_actors_are_warned_of_k2() {
    let folder = with_counter(&["wascc:keyvalue", "acme:thermostat", "wascc:extras"]);
    folder.write("m.yaml", "actors:\n  - signed.wasm\n");
    let ended = folder.run("check m.yaml");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    says(&ended.stdout, &["m.yaml: no faults, 2 warnings, 1 actor"]);
    says(
        &ended.stderr,
        &[
            "warning: m.yaml:2:5: `counter` claims `wascc:keyvalue`, but has no binding to it",
            "help: add `- { actor: counter, capability: \"wascc:keyvalue\" }` to `bindings`",
            "warning: m.yaml:2:5: `counter` claims `acme:thermostat`",
            "help: no provider of acme:thermostat is built in",
        ],
    );
    folder.write("m.yaml", "# nothing\n");
    let ended = folder.run("check m.yaml");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    says(
        &ended.stderr,
        &["warning: m.yaml:1:1: the manifest has no actors"],
    );
    let report = folder.succeed("check m.yaml --json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["warnings"].as_array().unwrap().len(), 1, "{report}");
}

/// A folder whose manifest binds a counter to the store.
fn bound(capability: &str) -> Folder {
    let folder = with_counter(&[capability]);
    folder.write(
        "m.yaml",
        "actors: [signed.wasm]\nbindings: [{ actor: counter, capability: 'wascc:keyvalue' }]\n",
    );
    folder
}

#[test]
fn why_proposes_the_resource_of_the_question_k5() {
    let folder = bound("wascc:keyvalue[Get on url:*]");
    let error = folder.fail(
        "why counter wascc:keyvalue SetQuery codes --manifest m.yaml",
        1,
    );
    says(&error, &["--cap 'wascc:keyvalue[SetQuery on codes]'"]);
}

#[test]
fn why_says_on_which_resources_an_operation_is_allowed_k6() {
    let folder = bound("wascc:keyvalue[Get on url:*]");
    let why = "why counter wascc:keyvalue Get --manifest m.yaml";
    says(
        &folder.succeed(why),
        &["may use Get of wascc:keyvalue on url:*, by"],
    );
    let limit = |pattern: &str| {
        let limit = format!("everyone: {{ limit: ['wascc:keyvalue[on {pattern}]'] }}\n");
        folder.write("policy.yaml", limit);
        format!("{why} --policy policy.yaml")
    };
    let allowed = folder.succeed(&limit("url:a*"));
    says(&allowed, &["on url:* (claims) and on url:a* (policy)"]);
    let error = folder.fail(&limit("hits:*"), 1);
    says(&error, &["denied by policy"]);
}

#[test]
fn a_contract_without_a_provider_is_called_so_k8() {
    let folder = Folder::new();
    let contract = "acme:thermostat";
    folder.signed(&web(""), "echo", &format!("--cap {contract}"));
    folder.write(
        "m.yaml",
        format!("actors: [echo.wasm]\nbindings: [{{ actor: echo, capability: '{contract}' }}]\n"),
    );
    let error = folder.fail("check m.yaml", 1);
    says(&error, &[&format!("has no provider of `{contract}`")]);
    assert!(!error.contains("did you mean"), "{error}");
    folder.write("m.yaml", "actors: [echo.wasm]\n");
    let error = folder.fail(&format!("why echo {contract} --manifest m.yaml"), 1);
    says(&error, &["denied by binding", "is built in"]);
}

#[test]
fn an_actor_calls_another_one_by_its_alias_k7() {
    let folder = Folder::new();
    folder.signed(&web("in stock"), "stock", "");
    let key = folder.key_of("stock.nk").to_string();
    folder.signed(
        &forwarding("stock", "HandleRequest"),
        "shop",
        "--cap wascc:http_server",
    );
    let manifest = |alias: &str| {
        let server = crate::run::http("shop");
        folder.write(
            "m.yaml",
            format!("actors: [shop.wasm, {{ path: stock.wasm{alias} }}]\nbindings: [{server}]\n"),
        );
    };
    manifest("");
    let why = "why shop stock HandleRequest --manifest m.yaml";
    let advice = ["`alias: stock`", &format!("`--cap {key}`")];
    says(&folder.fail(why, 1), &advice);
    let error = folder.fail("sign unsigned.wasm -o x.wasm --cap stock", 1);
    says(&error, &["An actor is claimed by its key"]);
    manifest(", alias: stock");
    says(&folder.fail(why, 1), &[&format!("--cap {key}")]);
    let claims = format!("--cap wascc:http_server --cap {key}");
    folder.signed(&forwarding("stock", "HandleRequest"), "shop", &claims);
    says(
        &folder.succeed(why),
        &["allowed: shop may use HandleRequest of stock"],
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    let address = host.address();
    says(&get(&address), &["HTTP/1.1 200", "in stock"]);
    manifest(", alias: 'acme:stock'");
    says(
        &folder.fail("check m.yaml", 1),
        &["m.yaml:1:", "letters, digits"],
    );
}
