//! Names in claims, which anybody chooses, and commands that are proposed with them.

use crate::folder::{Folder, says};
use crate::host::{Host, get};
use crate::modules::{forwarding, web};
use crate::run::http;
use nix::sys::signal::Signal;

/// A folder with a bank, and a guestbook whose claims name it `name`.
fn bank_and_guestbook(name: &str) -> Folder {
    let folder = Folder::new();
    let both = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&web("the bank"), "bank", both);
    folder.signed(&web("the guestbook"), "guestbook", both);
    folder.succeed(&format!(
        "sign guestbook.wasm -o guestbook.wasm --issuer account.nk --subject guestbook.nk --name {name} {both}"
    ));
    folder
}

fn manifest(bank: &str, bound: &str) -> String {
    format!(
        "actors:\n  - {bank}\n  - guestbook.wasm\nbindings:\n  - {}\n",
        http(bound)
    )
}

#[test]
fn a_file_is_never_beaten_by_a_claimed_name_n1() {
    let folder = bank_and_guestbook("bank.wasm");
    for (bank, bound) in [
        ("bank.wasm", "bank.wasm"),
        ("./bank.wasm", "bank.wasm"),
        ("bank.wasm", "./bank.wasm"),
    ] {
        folder.write("m.yaml", manifest(bank, bound));
        let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
        let address = host.address();
        says(&get(&address), &["the bank"]);
        host.logged(&["m.yaml:3:5", "name it `bank.wasm`", "line 2"]);
        assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
        let checked = folder.run("check m.yaml");
        assert_eq!(checked.code, Some(0), "{checked:?}");
        says(
            &checked.stderr,
            &["warning: m.yaml:3:5: the claims of this actor name it"],
        );
    }
    let why = "why bank.wasm wascc:http_server --manifest m.yaml";
    says(&folder.succeed(why), &["allowed: bank may use"]);
}

#[test]
fn a_name_that_two_actors_could_have_is_an_error_that_names_both_n1() {
    let folder = bank_and_guestbook("bank.wasm");
    std::fs::create_dir(folder.path("actors")).unwrap();
    std::fs::rename(folder.path("bank.wasm"), folder.path("actors/bank.wasm")).unwrap();
    let twins = bank_and_guestbook("bank");
    let of_file = (&folder, manifest("actors/bank.wasm", "bank.wasm"));
    for (folder, text) in [of_file, (&twins, manifest("bank.wasm", "bank"))] {
        folder.write("m.yaml", text);
        let error = folder.fail("check m.yaml", 1);
        let keys = ["bank.nk", "guestbook.nk"].map(|file| folder.key_of(file).to_string());
        says(
            &error,
            &["m.yaml:5:", "2 actors are named", &keys[0], &keys[1]],
        );
        says(
            &error,
            &["bank.wasm` in line 2", "`guestbook.wasm` in line 3"],
        );
    }
}

#[test]
fn a_key_is_no_name_n1() {
    let folder = bank_and_guestbook("guestbook");
    folder.key("module", "other.nk");
    let key = folder.key_of("other.nk").to_string();
    let folder = bank_and_guestbook(&key);
    folder.write("m.yaml", manifest("bank.wasm", &key));
    says(
        &folder.fail("check m.yaml", 1),
        &["m.yaml:5:", "has no actor"],
    );
}

#[test]
fn a_proposed_command_runs_nothing_n2() {
    let folder = Folder::new();
    for (contract, operation) in [
        ("x$(touch${IFS}pwned)", "Get"),
        ("wascc:keyvalue", "Get' ; touch pwned ; '"),
    ] {
        folder.signed(
            &forwarding(contract, operation),
            "asker",
            "--cap wascc:keyvalue[Del]",
        );
        folder.write("m.yaml", "actors: [asker.wasm]\n");
        let ended = folder.run("call asker.wasm Ask --manifest m.yaml --engine wasmi");
        let quoted: Vec<&str> = ended.stderr.split('`').skip(1).step_by(2).collect();
        let proposed = |part: &&str| part.contains("CAPABILITY") || part.contains("[OPERATION]");
        assert!(quoted.iter().any(proposed), "{ended:?}");
        assert!(
            !quoted.iter().any(|part| part.contains("pwned")),
            "{ended:?}"
        );
    }
    // A binding that `why` proposes names the actor by its key if its name means more.
    folder.signed(&web(""), "asker", "--cap wascc:http_server");
    let words = [
        "--name",
        "x, values: { PORT: 1 }",
        "--cap",
        "wascc:http_server",
    ];
    let sign = "sign unsigned.wasm -o asker.wasm --issuer account.nk --subject asker.nk";
    let words: Vec<&str> = sign.split(' ').chain(words).collect();
    assert_eq!(folder.run_words(&words).code, Some(0));
    let key = folder.key_of("asker.nk").to_string();
    let error = folder.fail("why asker.wasm wascc:http_server --manifest m.yaml", 1);
    says(&error, &["add `- { actor: M", &key]);
    std::fs::rename(folder.path("asker.wasm"), folder.path("a$(touch pwned)")).unwrap();
    let shown = folder.run_words(&["inspect", "a$(touch pwned)"]);
    says(&shown.stdout, &["see `capwire verify FILE`"]);
    assert!(!folder.path("pwned").exists());
}

#[test]
fn an_alias_is_never_beaten_by_a_claimed_name_n1() {
    let folder = bank_and_guestbook("till");
    let server = http("bank.wasm");
    folder.write(
        "m.yaml",
        format!("actors:\n  - {{ path: bank.wasm, alias: till }}\n  - guestbook.wasm\nbindings:\n  - {server}\n"),
    );
    let checked = folder.run("check m.yaml");
    says(
        &checked.stderr,
        &[
            "warning: m.yaml:3:5: the claims of this actor name it `till`",
            "alias of the actor in line 2",
        ],
    );
    let mut host = Host::start(&folder, "run m.yaml --engine wasmi");
    host.address();
    says(&folder.succeed("ps"), &["bank (alias: till)"]);
    says(&folder.succeed("stop till"), &["bank"]);
    let listing = folder.succeed("ps");
    says(&listing, &["till"]);
    assert!(!listing.contains("bank"), "{listing}");
    assert_eq!(host.stop(Signal::SIGTERM).0.code(), Some(0));
}
