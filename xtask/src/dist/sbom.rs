//! The bill of materials of a program, in CycloneDX 1.5.

use std::path::Path;

use openapi::cli::Failure;
use serde_json::{Map, Value, json};

use super::checksums;
use super::dependencies::{Dependency, Id};
use super::entry;
use super::product::{Product, VERSION};

/// Writes the SBOM beside the archive.
pub(super) fn write(product: &Product, out: &Path) -> Result<(), Failure> {
    let file = out.join(format!("{}.cdx.json", product.archive_name()));
    let text = format!("{:#}\n", document(product)?);
    entry::write(&file, text.as_bytes())
}

fn document(product: &Product) -> Result<Value, Failure> {
    let own = |one: &&Dependency| one.id.name == product.program.name();
    let all = &product.dependencies;
    let mut program = component(all.iter().find(own), "application");
    program.remove("scope");
    let hash = checksums::of(&product.binary)?;
    program.insert("hashes".to_owned(), hashes(&hash));
    let components: Vec<Value> = all
        .iter()
        .filter(|one| !own(one))
        .map(|one| component(Some(one), "library").into())
        .collect();
    let dependencies: Vec<Value> = all
        .iter()
        .map(|one| {
            let uses: Vec<String> = one.uses.iter().map(purl).collect();
            json!({"ref": purl(&one.id), "dependsOn": uses})
        })
        .collect();
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": {"components": [
                {"type": "application", "name": "cargo xtask dist", "version": VERSION},
            ]},
            "component": program,
            "properties": [{"name": "target", "value": product.platform.triple()}],
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// Describes a package.
fn component(dependency: Option<&Dependency>, kind: &str) -> Map<String, Value> {
    let mut component = Map::new();
    let Some(dependency) = dependency else {
        return component;
    };
    let Dependency { id, .. } = dependency;
    let mut insert = |name: &str, value: Value| component.insert(name.to_owned(), value);
    insert("type", kind.into());
    insert("bom-ref", purl(id).into());
    insert("name", id.name.clone().into());
    insert("version", id.version.clone().into());
    insert("purl", purl(id).into());
    // `excluded`: in the build, and not in the program.
    let scope = if dependency.is_linked {
        "required"
    } else {
        "excluded"
    };
    insert("scope", scope.into());
    if let Some(license) = &dependency.license {
        // Cargo's older form of `OR`.
        let expression = license.replace('/', " OR ");
        insert("licenses", json!([{"expression": expression}]));
    }
    if let Some(checksum) = &dependency.checksum {
        insert("hashes", hashes(checksum));
    }
    if let Some(url) = &dependency.repository {
        insert("externalReferences", json!([{"type": "vcs", "url": url}]));
    }
    component
}

fn hashes(sha256: &str) -> Value {
    json!([{"alg": "SHA-256", "content": sha256}])
}

/// Returns the package's URL, by which scanners know it.
fn purl(id: &Id) -> String {
    format!("pkg:cargo/{}@{}", id.name, id.version.replace('+', "%2B"))
}
