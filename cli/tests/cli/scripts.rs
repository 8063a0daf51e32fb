//! `--json`: what scripts get, also when a command fails.

use crate::folder::{Ended, Folder, says};
use crate::grants::sign;
use crate::modules::guest;
use serde_json::{Value, json};

fn parsed(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn every_command_with_json_prints_its_errors_in_one_form_k9() {
    let folder = Folder::new();
    folder.write("in.wasm", guest(b""));
    for line in [
        "ps",
        "stop",
        "swap echo in.wasm",
        "inspect none.wasm",
        "verify none.wasm",
        "keys show none.nk",
        "keys gen module -o in.wasm",
        "sign none.wasm -o out.wasm",
        "archive x86_64-linux=none.so -o out.par --cap a:b --vendor me",
        "run none.yaml",
        "check none.yaml",
        "why echo a:b --manifest none.yaml",
        "claims diff none.wasm in.wasm",
        "ps --hst 1",
    ] {
        let ended = folder.run(&format!("{line} --json"));
        assert!(matches!(ended.code, Some(1 | 2)), "{line}: {ended:?}");
        let error = &parsed(&ended)["errors"][0];
        let members: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["causes", "column", "file", "help", "line", "message"],
            "{line}"
        );
        says(&ended.stderr, &["error: "]);
        assert!(
            ended.stderr.contains(error["message"].as_str().unwrap()),
            "{ended:?}"
        );
    }
}

#[test]
fn why_and_claims_diff_answer_in_json_k9() {
    let folder = Folder::new();
    folder.write("counter.wasm", guest(b""));
    sign(&folder, &["wascc:keyvalue[Get on url:*]"]);
    folder.write(
        "m.yaml",
        "actors: [signed.wasm]\nbindings: [{ actor: counter, capability: 'wascc:keyvalue' }]\n",
    );
    let why = "why counter wascc:keyvalue --json --manifest m.yaml";
    let allowed = parsed(&folder.run(&why.replace("--json", "Get --json")));
    assert_eq!(allowed["allowed"], json!(true));
    assert_eq!(
        allowed["limits"],
        json!([{ "by": "claims", "on": ["url:*"] }])
    );
    let ended = folder.run(&why.replace("--json", "Set a --json"));
    assert_eq!(ended.code, Some(1));
    let denied = parsed(&ended);
    assert_eq!(
        (&denied["allowed"], &denied["denied_by"]),
        (&json!(false), &json!("claims"))
    );
    says(
        denied["errors"][0]["help"].as_str().unwrap(),
        &["[Set on a]"],
    );

    std::fs::rename(folder.path("signed.wasm"), folder.path("old.wasm")).unwrap();
    sign(&folder, &["wascc:keyvalue[Get]"]);
    let wider = folder.run("claims diff old.wasm signed.wasm --json");
    assert_eq!(wider.code, Some(3));
    assert_eq!(
        parsed(&wider),
        json!({ "wider": ["wascc:keyvalue: Get on every resource"] })
    );
    let same = folder.run("claims diff old.wasm old.wasm --json");
    assert_eq!(
        (same.code, parsed(&same)),
        (Some(0), json!({ "wider": [] }))
    );
}
