//! Packages for npm: one with the program for each platform, and one that users install. It depends on those of all platforms
//! optionally, of which npm installs the one that fits, and its launcher runs the program in it.

use std::path::Path;

use openapi::cli::Failure;
use serde_json::{Map, Value, json};

use super::archive;
use super::entry::Entry;
use super::platform::NodeNames;
use super::product::{Product, VERSION};
use crate::cli::Installed;

const LAUNCHER: &str = include_str!("npm/launcher.js");

/// Writes the package of the program's platform, and the one that users install.
pub(super) fn write(product: &Product, out: &Path) -> Result<(), Failure> {
    let name = match product.program {
        Installed::Oasproof => "oasproof",
        // `conformance` is a package of others.
        Installed::Conformance => "oasproof-conformance",
        Installed::Server => return Ok(()),
    };
    let Some(node) = product.platform.node() else {
        anstream::println!(
            "dist: left out: npm has no packages for {}",
            product.platform
        );
        return Ok(());
    };
    write_platform(product, &format!("{name}-{}", node.suffix()), node, out)?;
    write_main(product, name, out)
}

/// Writes the package with the program.
fn write_platform(
    product: &Product,
    name: &str,
    node: NodeNames,
    out: &Path,
) -> Result<(), Failure> {
    let mut manifest = manifest(product, name);
    manifest.insert("os".to_owned(), json!([node.os]));
    manifest.insert("cpu".to_owned(), json!([node.cpu]));
    if let Some(libc) = node.libc {
        manifest.insert("libc".to_owned(), json!([libc]));
    }
    let program = Entry::program(product.executable(), &product.binary)?;
    let notices = product.share.iter().filter(|one| one.path == "NOTICES.txt");
    let more = [program].into_iter().chain(notices.cloned());
    pack(product, name, &manifest, more.collect(), out)
}

/// Writes the package that users install.
fn write_main(product: &Product, name: &str, out: &Path) -> Result<(), Failure> {
    let launcher = format!("bin/{}.js", product.program.name());
    let mut manifest = manifest(product, name);
    let bin = json!({product.program.name(): launcher});
    manifest.insert("bin".to_owned(), bin);
    manifest.insert("engines".to_owned(), json!({"node": ">=18"}));
    let packages: Map<String, Value> = NodeNames::ALL
        .iter()
        .map(|node| (format!("{name}-{}", node.suffix()), VERSION.into()))
        .collect();
    manifest.insert("optionalDependencies".to_owned(), packages.into());
    let mut launcher = Entry::text(launcher, LAUNCHER);
    launcher.is_executable = true;
    pack(product, name, &manifest, vec![launcher], out)
}

/// Builds the part of package.json that all packages have.
fn manifest(product: &Product, name: &str) -> Map<String, Value> {
    let parts = [
        ("name", name),
        ("version", VERSION),
        ("description", product.description()),
        ("license", "(MIT OR Apache-2.0)"),
    ];
    let parts = parts.map(|(key, value)| (key.to_owned(), value.into()));
    parts.into_iter().collect()
}

/// Writes a package in npm's form.
fn pack(
    product: &Product,
    name: &str,
    manifest: &Map<String, Value>,
    more: Vec<Entry>,
    out: &Path,
) -> Result<(), Failure> {
    let text = format!("{:#}\n", Value::from(manifest.clone()));
    let mut entries = vec![Entry::text("package.json", text)];
    entries.extend(product.documents()?);
    entries.extend(more);
    let entries: Vec<Entry> = entries.iter().map(|one| one.below("package")).collect();
    archive::write_tar(&out.join(format!("{name}-{VERSION}.tgz")), &entries)
}
