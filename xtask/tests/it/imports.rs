//! The layers of each crate: imports between files make no circles, and no wing imports from one above it.

mod graph;

use std::collections::BTreeSet;

use graph::Imports;
use testbed::cargo::workspace_root;

/// The layers of one crate.
struct Layers {
    /// Its folder.
    name: &'static str,
    /// Its wings from the lowest to the highest: a file, or a folder with the file of its name. Each may import from itself and
    /// from those that are listed earlier. The longest entry that fits a file is its wing.
    wings: &'static [&'static str],
}

const CRATES: &[Layers] = &[
    Layers {
        name: "openapi",
        wings: &[
            "pointer",
            "shown",
            "keywords",
            "media_type",
            "parameter_style",
            "position",
            "text_error",
            "size",
            "folder",
            "sha256",
            "hashed",
            "memo",
            "waiver",
            "document",
            "criterion",
            "schema",
            "sample",
            "relation",
            "diff/rules",
            "diff/message",
            "diff/sides",
            "diff/level",
            "diff/change",
            "diff/stability",
            "diff/options",
            "diff/walk",
            "diff/schema",
            "diff/operation",
            "diff",
            "diff/settings",
            "diff/bump",
            "diff/operations",
            "diff/selection",
            "diff/policy",
            "diff/waivers",
            "published",
            "render",
            "cli",
            "lib",
        ],
    },
    Layers {
        name: "conformance",
        wings: &[
            "percent",
            "redact",
            "redact/scan",
            "case/sample",
            "exit",
            "contract",
            "case/terms",
            "case/outcome",
            "asked",
            "deployment/reach",
            "resources/origin",
            "resources/scope",
            "resources/graph",
            "profile",
            "coverage",
            "wire/exchange",
            "coverage/tracker",
            "event",
            "wire",
            "resources/makes",
            "resources/ledger",
            "deployment",
            "trial",
            "case",
            "baseline",
            "resources",
            "derived",
            "cases",
            "fixtures",
            "session",
            "runner",
            "probe",
            "report",
            "comparison",
            "cli",
            "lib",
        ],
    },
    Layers {
        name: "server",
        wings: &[
            "redact",
            "timestamp",
            "telemetry",
            "tls",
            "connections/peer",
            "client",
            "connections",
            "store/role",
            "store/audit",
            "store/digest",
            "store/records",
            "store/listing",
            "store/cached_reads",
            "store/error",
            "store/administration",
            "store/migrations",
            "store/inspection",
            "store/sqlite",
            "store/postgres",
            "store/location",
            "store",
            "domain",
            "validation",
            "error",
            "envelope",
            "every_second",
            "last_used",
            "refused_uses",
            "rate_limit",
            "protocol",
            "state",
            "extract",
            "auth",
            "openapi",
            "routes",
            "document",
            "router",
            "config",
            "exit",
            "startup",
            "migrate",
            "operate",
            "serve",
            "lib",
        ],
    },
    Layers {
        name: "xtask",
        wings: &[
            "cli", "folders", "programs", "dist", "test", "ci", "emit", "check", "list", "pull",
            "verify", "bench", "pictures",
        ],
    },
    Layers {
        name: "xtask/testbed",
        wings: &[
            "reaper",
            "lib",
            "files",
            "git",
            "output",
            "installed",
            "help",
            "cargo",
            "inputs",
            "listening",
            "shop",
            "postgres",
            "deployment",
            "users",
            "chromium",
        ],
    },
    Layers {
        name: "xtask/manual",
        wings: &["columns", "lines", "print", "lib"],
    },
];

fn imports(layers: &Layers) -> Imports {
    graph::read(&workspace_root().join(layers.name).join("src"))
}

#[test]
fn files_do_not_import_one_another_in_circles() {
    let mut found = Vec::new();
    for layers in CRATES {
        let imports = imports(layers);
        for circle in imports.circles() {
            found.push(describe(layers.name, &imports, &circle));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Describes a circle by the imports within it.
fn describe(name: &str, imports: &Imports, circle: &[&str]) -> String {
    let mut text = format!("{name}: a circle of {} files", circle.len());
    for file in circle {
        for (target, what) in &imports.of[*file] {
            if circle.contains(&target.as_str()) {
                text.push_str(&format!("\n  {file} imports {what} from {target}"));
            }
        }
    }
    text
}

#[test]
fn no_wing_imports_from_one_above_it() {
    let mut found = Vec::new();
    for layers in CRATES {
        let imports = imports(layers);
        for (file, targets) in &imports.of {
            let Some(from) = wing(layers, file) else {
                found.push(format!(
                    "{}/src/{file} is in no wing: add it to the list",
                    layers.name
                ));
                continue;
            };
            for (target, what) in targets {
                if wing(layers, target).is_some_and(|to| to > from) {
                    found.push(format!(
                        "{}/src: {file} imports {what} from {target}, which is above it",
                        layers.name
                    ));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_listed_wing_has_a_file() {
    let mut found = Vec::new();
    for layers in CRATES {
        let imports = imports(layers);
        let present: BTreeSet<usize> = imports
            .of
            .keys()
            .filter_map(|file| wing(layers, file))
            .collect();
        for (place, name) in layers.wings.iter().enumerate() {
            if !present.contains(&place) {
                found.push(format!(
                    "{}: the wing {name} has no file: remove it from the list",
                    layers.name
                ));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Returns the place of a file's wing in the list.
fn wing(layers: &Layers, file: &str) -> Option<usize> {
    let stem = file.trim_end_matches(".rs");
    let fits = |wing: &str| {
        stem == wing
            || stem
                .strip_prefix(wing)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let wings = layers.wings.iter().enumerate();
    wings
        .filter(|(_, wing)| fits(wing))
        .max_by_key(|(_, wing)| wing.len())
        .map(|(place, _)| place)
}
