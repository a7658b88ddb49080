//! THIRD-PARTY-LICENSES: the notices of every crate that is linked into the library. Installed beside Tendon's own.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, read, write_if_changed};

const FILE: &str = "THIRD-PARTY-LICENSES";
const PREAMBLE: &str = "\
The Tendon library contains code of these projects, under the licences that follow. Made by `cargo xtask licences`.
It also contains parts of the Rust standard library (MIT OR Apache-2.0, Copyright (c) The Rust Project Contributors),
under the terms of LICENSE-MIT and LICENSE-APACHE.
";

pub fn write(root: &Path) -> Outcome {
    let changed = write_if_changed(&root.join(FILE), &generate(root)?)?;
    Ok(format!("{FILE}: {}", if changed { "updated" } else { "unchanged" }))
}

pub fn check(root: &Path) -> Outcome {
    if read(&root.join(FILE))? != generate(root)? {
        return Err(format!("{FILE} does not fit Cargo.lock; run `make licences`"));
    }
    Ok(format!("{FILE}: up to date"))
}

fn generate(root: &Path) -> Result<String, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let platforms = ["--filter-platform", "x86_64-unknown-linux-gnu", "--filter-platform", "aarch64-unknown-linux-gnu"];
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(platforms)
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let packages: BTreeMap<&str, &Value> = list(&metadata["packages"]).map(|p| (word(&p["id"]), p)).collect();

    // The same licence text is printed once, under the names of all who use it.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in linked(&metadata, &packages)? {
        let package = packages[id];
        let title = format!("{} {} ({})", word(&package["name"]), word(&package["version"]), word(&package["license"]));
        let found = licence_texts(package)?;
        if found.is_empty() {
            texts.entry("(the crate carries no licence file)\n".to_string()).or_default().push(title.clone());
        }
        for text in found {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    let mut blocks: Vec<(Vec<String>, String)> = texts.into_iter().map(|(text, titles)| (titles, text)).collect();
    blocks.sort();
    let mut out = PREAMBLE.to_string();
    for (titles, text) in blocks {
        out.push_str(&format!("\n{}\n{}\n\n{}", "=".repeat(80), titles.join("\n"), text));
    }
    Ok(out)
}

/// The ids of the packages that tendon is linked with: normal dependencies, and theirs; no procedural macros.
fn linked<'a>(metadata: &'a Value, packages: &BTreeMap<&'a str, &'a Value>) -> Result<BTreeSet<&'a str>, String> {
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"]).map(|n| (word(&n["id"]), n)).collect();
    let ours = packages.iter().find(|(_, p)| word(&p["name"]) == "tendon" && p["source"].is_null());
    let mut open: Vec<&str> = vec![ours.ok_or("cargo metadata does not know tendon")?.0];
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        for dependency in list(&nodes[id]["deps"]) {
            let target = word(&dependency["pkg"]);
            let normal = list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
            let is_macro = list(&packages[target]["targets"])
                .any(|t| list(&t["kind"]).any(|kind| kind.as_str() == Some("proc-macro")));
            if normal && !is_macro && found.insert(target) {
                open.push(target);
            }
        }
    }
    Ok(found)
}

/// The MIT text where the crate offers it, else all that it has.
fn licence_texts(package: &Value) -> Result<Vec<String>, String> {
    let folder = Path::new(word(&package["manifest_path"])).parent().ok_or("a manifest has a folder")?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry.map_err(|e| format!("{}: {e}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|start| name.starts_with(start)) {
            files.push((name, path));
        }
    }
    files.sort();
    if word(&package["license"]).contains("MIT") && files.iter().any(|(name, _)| name.contains("MIT")) {
        files.retain(|(name, _)| name.contains("MIT") || name.starts_with("NOTICE"));
    }
    let tidy = |text: String| text.lines().map(|line| line.trim_end().to_string() + "\n").collect::<String>();
    files.iter().map(|(_, path)| read(path).map(tidy)).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}
