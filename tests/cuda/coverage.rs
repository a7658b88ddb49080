//! Every op has a CUDA kernel, or a reason here why it needs none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Ops whose `cuda` the trait's own answer (UNSUPPORTED) is right for.
const WITHOUT: &[(&str, &str)] = &[
    ("View", "is recorded only: the view is another look at the same memory"),
    ("CopySlices", "is recorded only: it rewrites the graph around a write that has been done"),
    ("ToDevice", "is recorded only: the copy between devices is done by the storage"),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// `(type, body)` of each `impl Op for …` of a file.
fn ops(text: &str) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("Op for ") {
        let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
        if !text[line..at].starts_with("impl") {
            continue;
        }
        let name: String = text[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = text[at..].find("\n}").map_or(text.len(), |i| at + i);
        found.push((name, &text[at..end]));
    }
    found
}

#[test]
fn every_op_has_a_cuda_kernel_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    ["ops", "optim"].iter().for_each(|f| sources(&root.join(f), &mut files));
    let (mut seen, mut missing) = (0, BTreeSet::new());
    let mut excused: BTreeSet<&str> = WITHOUT.iter().map(|(op, _)| *op).collect();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (op, body) in ops(&text) {
            seen += 1;
            if !body.contains("fn cuda(") && !excused.remove(op.as_str()) {
                missing.insert(format!("{op} in {}", file.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(seen > 20, "the sources hold {seen} ops");
    assert!(missing.is_empty(), "neither a CUDA kernel nor a reason: {missing:#?}");
    assert!(excused.is_empty(), "no such op, or it has a kernel by now: {excused:?}");
}
