//! Checks the dependencies between packages, which point one way.

use super::Finding;
use crate::packages::Package;
use crate::shell::{cargo, output};
use anyhow::Result;

/// The packages of ours that each package of ours may depend on besides [`LEAVES`], as ARCHITECTURE.md draws it.
const ARROWS: &[(&str, &[&str])] = &[
    ("capwire-limits", &[]),
    ("capwire-text", &[]),
    ("capwire-wapc", &[]),
    ("capwire-wapc-rewrite", &["capwire-wapc"]),
    ("capwire-wasi", &["capwire-wapc"]),
    ("capwire-engine-wasmtime", ENGINE),
    ("capwire-engine-wasmi", ENGINE),
    ("capwire-engine-wasm3", ENGINE),
    ("capwire-wapc-compat", &["capwire-wapc"]),
    ("capwire-engine-fake", &["capwire-wapc"]),
    ("capwire-conformance", &["capwire-wapc"]),
    ("capwire-documented", &[]),
    ("capwire-scaffold", &["capwire-wapc"]),
    ("capwire-nats-server", &["capwire-scaffold"]),
    ("capwire-redis-server", &["capwire-scaffold"]),
    ("capwire-wascap", &[]),
    ("capwire-contracts", &[]),
    ("capwire-codegen", &[]),
    ("capwire-manifest", &[]),
    ("capwire-project", &[]),
    ("capwire-serving", &[]),
    ("capwire-unified-features", &[]),
    ("capwire-metrics", &["capwire-host", "capwire-serving"]),
    ("capwire-record", &["capwire-host"]),
    ("capwire-actor", &["capwire-contracts"]),
    ("capwire-provider", &["capwire-contracts"]),
    (
        "capwire-blobstore-common",
        &["capwire-provider", "capwire-contracts"],
    ),
    (
        "capwire-blobstore-local",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-blobstore-common",
        ],
    ),
    (
        "capwire-blobstore-s3",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-client-tls",
            "capwire-blobstore-common",
        ],
    ),
    ("capwire-config", &["capwire-provider", "capwire-contracts"]),
    ("capwire-extras", &["capwire-provider", "capwire-contracts"]),
    ("capwire-client-tls", &["capwire-provider"]),
    ("capwire-embedded-common", &["capwire-provider"]),
    (
        "capwire-http-client",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-client-tls",
        ],
    ),
    (
        "capwire-http-server",
        &["capwire-provider", "capwire-contracts", "capwire-serving"],
    ),
    (
        "capwire-keyvalue-embedded",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-embedded-common",
        ],
    ),
    (
        "capwire-keyvalue-nats",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-nats-common",
        ],
    ),
    (
        "capwire-keyvalue-redis",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-redis-common",
        ],
    ),
    (
        "capwire-logging",
        &["capwire-provider", "capwire-contracts"],
    ),
    (
        "capwire-eventstreams",
        &["capwire-provider", "capwire-contracts"],
    ),
    (
        "capwire-eventstreams-embedded",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-embedded-common",
            "capwire-eventstreams",
        ],
    ),
    (
        "capwire-eventstreams-nats",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-eventstreams",
            "capwire-nats-common",
        ],
    ),
    (
        "capwire-eventstreams-redis",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-eventstreams",
            "capwire-redis-common",
        ],
    ),
    (
        "capwire-messaging",
        &["capwire-provider", "capwire-contracts"],
    ),
    (
        "capwire-messaging-local",
        &["capwire-provider", "capwire-contracts", "capwire-messaging"],
    ),
    (
        "capwire-messaging-nats",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-messaging",
            "capwire-nats-common",
        ],
    ),
    (
        "capwire-nats-common",
        &["capwire-provider", "capwire-client-tls"],
    ),
    (
        "capwire-redis-common",
        &["capwire-provider", "capwire-client-tls"],
    ),
    ("capwire-plugin", &["capwire-provider", "capwire-contracts"]),
    (
        "capwire-sql-common",
        &["capwire-provider", "capwire-contracts"],
    ),
    (
        "capwire-sql-postgres",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-client-tls",
            "capwire-sql-common",
        ],
    ),
    (
        "capwire-sql-sqlite",
        &[
            "capwire-provider",
            "capwire-contracts",
            "capwire-sql-common",
        ],
    ),
    ("capwire-timer", &["capwire-provider", "capwire-contracts"]),
    (
        "capwire-contracts-suite",
        &["capwire-provider", "capwire-contracts", "capwire-scaffold"],
    ),
    (
        "capwire-host",
        &[
            "capwire-wapc",
            "capwire-wascap",
            "capwire-contracts",
            "capwire-provider",
        ],
    ),
];

/// The packages that all our engines may depend on.
const ENGINE: &[&str] = &["capwire-wapc", "capwire-wapc-rewrite", "capwire-wasi"];

/// The packages above all others, which may depend on any package.
const TOP: &[&str] = &[
    "capwire",
    "capwire-acceptance",
    "capwire-actor-accounts",
    "capwire-actor-counter",
    "capwire-actor-echo",
    "capwire-actor-guestbook",
    "capwire-actor-images",
    "capwire-actor-links",
    "capwire-actor-middle",
    "capwire-actor-orders",
    "capwire-actor-report",
    "capwire-benches",
    "capwire-cli",
    "capwire-fuzz",
    "capwire-fuzz-differential",
    "capwire-guest-panics",
    "capwire-guest-stock",
    "capwire-guest-wasi",
    "capwire-hostile",
    "capwire-interop",
    "capwire-spec",
    "capwire-xtask",
];

/// The packages that every other package may depend on, and that have no dependencies.
const LEAVES: &[&str] = &["capwire-limits", "capwire-text"];

/// The external packages that the core may depend on, besides [`LEAVES`].
const CORE: &[&str] = &["bytes", "thiserror"];

/// The packages that may not depend on an engine, under any feature, including in tests.
const ENGINE_FREE: &[&str] = &["capwire-host", "capwire-wapc", "capwire-wascap"];
const ENGINES: &[&str] = &["wasmtime", "wasmi", "wasm3"];

pub(super) fn check(packages: &[Package]) -> Result<Vec<Finding>> {
    let mut findings: Vec<Finding> = packages.iter().flat_map(wrong_arrows).collect();
    for package in ENGINE_FREE {
        findings.extend(reached_engines(package)?);
    }
    Ok(findings)
}

fn wrong_arrows(package: &Package) -> Vec<Finding> {
    if TOP.contains(&package.name.as_str()) {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!(
            "{}: its place is not in xtask's table of arrows",
            package.name
        )];
    };
    let ours = |name: &str| name == "capwire" || name.starts_with("capwire-");
    let is_leaf = |name: &str| LEAVES.contains(&name);
    let wrong = |name: &&String| match name.as_str() {
        _ if is_leaf(&package.name) => true,
        name if is_leaf(name) => false,
        name if ours(name) => !allowed.contains(&name),
        name => package.name == "capwire-wapc" && !CORE.contains(&name),
    };
    let dependencies = package.dependencies.iter().filter(wrong);
    dependencies
        .map(|name| format!("{} must not depend on {name}", package.name))
        .collect()
}

fn reached_engines(package: &str) -> Result<Vec<Finding>> {
    let arguments = ["tree", "--package", package, "--all-features", "--edges"];
    let tree = output(cargo(&arguments).args([
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let reached = |engine: &&&str| {
        tree.lines().any(|line| {
            line.split_whitespace()
                .next()
                .is_some_and(|n| n.contains(**engine))
        })
    };
    let engines = ENGINES.iter().filter(reached);
    Ok(engines
        .map(|engine| format!("{package} must not reach the engine {engine}"))
        .collect())
}
